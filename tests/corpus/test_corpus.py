"""Scripts from the field, where they are at hand: each reads to the tree that was looked at, by a digest of it.

The scripts stand in ../shared/corpus beside the repository; their INDEX.md says where each comes from. A digest is of
the JSON form (docs/check-json.md); one that changes is looked at, script beside tree, before it is changed here.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import msgspec
import pytest

from runtime.job.model import Severity
from runtime.job.report import json_form
from runtime.job.script import read_job

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"

pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of field scripts is not beside the repository")

DIGESTS = {
    "001_seed_metrics_test": "a76a53dfaf96ee48",
    "002_seed_dirmaps": "b76cc04f8c581181",
    "003_seed_no_dirmap": "8653aef908a14f43",
    "004_seed_iterate_two_toplevel_tasks": "5cefc0d471974023",
    "005_seed_iterate_container_task": "675ce5f06e68455e",
    "006_seed_shared_server": "944a2593212ffc61",
    "007_docs_operator_one_line_task": "ce838c4af01d5eb9",
    "008_docs_operator_multiline_task": "d86e072c71397964",
    "009_docs_compliantapp_v2_header": "556978602d774fc1",
    "010_docs_tractor_recover": "3149ecb9c1a099eb",
    "011_docs_tractor_service_and_netrender": "16ae6495e60eec2a",
    "012_docs_shell_and_escapes": "4fa211a03f28ce14",
    "013_rfm24_spool_rib_asTcl": "7234534a206b19db",
    "014_nuke_tractor_working_example": "6803bda6632bedc9",
    "018_blender_dispatch_notes": "452fceb39051a4c9",
    "019_blender_dispatch_cycles_progress": "9dd64093551f6876",
    "021_clojush_runs": "7fe2ffe6cd016aaf",
    "022_tractor_spool_ribs": "94bbf268eabe472d",
    "023_tractor_spool_nrm": "f2df9ddc0ffb6090",
    "024_uw_tractorspool_for_maya": "327d441606a3645f",
    "026_rfb21_crossframe_denoise": "67caacc9398b4f8f",
    "027_rfb20_local_cmd": "783e7f0577d202ce",
    "028_forge_rfm20_prman": "8db29c61ebb11fce",
    "030_houdini_ifd_submitter": "619c969c82d8afa8",
    "033_eleve_convert": "c40f9c54d501ed93",
    "034_meshroom_expand_chunk": "3d0aa45085eebce4",
    "035_nuke_2d3d_iterate_checkpoint_header": "72933d3960419735",
    "037_houdini_deputat_default": "c4c42ba030ee56ef",
    "039_dexter_maya_samehost": "5ef8b97b6ffb9b06",
    "040_tractor_author_all_attributes": "a54dc211ba390650",
    "041_tractor_author_instance": "03869ebcb543b8c6",
    "042_gaffer_job": "3521e21b12997e7f",
    "043_rfb27_postscripts": "9edb231bc325c119",
    "045_digiscape_mtor_preview": "04f6d16d0c11b567",
    "047_digiscape_maya_iterate_dailies": "59501fa667a03f28",
    "049_digiscape_dps_mail": "141a1cb9c837f5d8",
    "050_digiscape_ezcomp_paused": "b8fb58c8184ef0cd",
    "052_digiscape_renhero_empty_title": "c8037c50ea5ffce0",
    "053_liquid_old_netrender_deferred": "57cefdadcbf27e7b",
    "055_liquid_new_textures_shadows_reflections": "96661313ab3c20da",
    "056_docs_after_and_afterjids": "352019d07f2918c3",
    "057_rsh_vs_remotecmd": "af1bf2b5507199c9",
}

REFUSED = {"016_bad_brace_dialect": [1], "017_bad_positional_bodies": [2]}
"""Script: the lines of its errors."""


def script(name: str) -> bytes:
    return (CORPUS / f"{name}.alf").read_bytes()


def test_every_script_of_the_corpus_is_here() -> None:
    assert {path.stem for path in CORPUS.glob("*.alf")} == DIGESTS.keys() | REFUSED.keys()


@pytest.mark.parametrize("name", DIGESTS)
def test_a_field_script_reads_to_its_tree(name: str) -> None:
    form = msgspec.json.encode(json_form(read_job(script(name), f"{name}.alf", now=0.0), f"{name}.alf"))

    assert hashlib.sha256(form).hexdigest()[:16] == DIGESTS[name]


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_alfred_script_is_refused_with_its_line(name: str) -> None:
    found = read_job(script(name), f"{name}.alf", now=0.0).diagnostics

    assert [item.line for item in found if item.severity is Severity.ERROR] == REFUSED[name]
