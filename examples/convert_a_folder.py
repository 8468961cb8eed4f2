"""
Convert several models at once, and tell which ones failed and why.

    python examples/convert_a_folder.py engine.fbx robot.glb
"""

import sys

from arr_facade import Client, ConversionInput, ConversionOutput, EndedError

STORAGE = "https://mystorage.blob.core.windows.net"
READ = "sv=...&sig=..."  # a SAS with read and list rights; None where the storage is linked to the account
WRITE = "sv=...&sig=..."
MODELS = ["engine.fbx", "robot.glb", "doesnotexist.fbx"]


def main(models: list[str]) -> None:
    """
    Start them all, then wait for each: they run at the service, not here.
    """
    # The emulator has no storage behind it; an asset called "doesnotexist" fails there as a missing one does.
    with Client() as client:
        handles = [
            client.start_conversion(
                source=ConversionInput(container_uri=f"{STORAGE}/models", asset_path=model, sas=READ),
                target=ConversionOutput(container_uri=f"{STORAGE}/assets", prefix="today", sas=WRITE),
            )
            for model in models
        ]
        for model, handle in zip(models, handles, strict=True):
            try:
                print(f"{model}: {handle.wait(timeout='1h').asset_uri}")
            except EndedError as error:
                print(f"{model}: {error}")


if __name__ == "__main__":
    main(sys.argv[1:] or MODELS)
