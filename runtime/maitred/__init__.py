"""The maitre-d's rules: who gets which slot, when. Pure: no socket, clock or process (see runtime.maitred.core)."""
