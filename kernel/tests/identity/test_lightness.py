"""A quick command that signs or reads a key does not pay for certificates and slow hashes."""

import subprocess
import sys

import pytest

LIGHT = ["access_keys", "base64url", "download_tokens", "join_codes", "key_derivation", "key_files", "signatures"]


@pytest.mark.parametrize("module", LIGHT)
def test_it_loads_no_cryptography(module: str) -> None:
    script = f"import sys, mosaicfs.identity.{module}; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True).stdout.split()
    assert f"mosaicfs.identity.{module}" in loaded
    assert not {"cryptography", "argon2", "ssl", "trio"}.intersection(loaded)


def test_an_access_key_signs_without_it() -> None:
    script = """if True:
        import sys
        from mosaicfs.identity.access_keys import new_access_key, signing_key
        from mosaicfs.identity.signatures import HmacSigner
        key = new_access_key()
        HmacSigner(key.access_key_id, signing_key(*key)).authorization("GET", "/api/search", "i/control_plane")
        print(*sys.modules)
    """
    loaded = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True).stdout.split()
    assert not {"cryptography", "argon2"}.intersection(loaded)
