"""
Microsoft's SDK, sync or aio, made ready for the emulator; nothing of it is imported before it is asked for.
"""

import inspect


class Sdk:
    """Makes the SDK's clients for the emulator, and waits for what they answer where it has to be waited for."""

    def __init__(self, emulator, server, *, aio):
        self.aio = aio
        self._emulator = emulator
        self._server = server

    def rendering(self, *, credential=None, **options):
        from azure.core.credentials import AzureKeyCredential

        if self.aio:
            from azure.mixedreality.remoterendering.aio import RemoteRenderingClient
        else:
            from azure.mixedreality.remoterendering import RemoteRenderingClient
        return RemoteRenderingClient(
            endpoint=self._server.endpoint,
            account_id=self._emulator.account_id,
            account_domain="eastus.mixedreality.azure.com",
            credential=credential or AzureKeyCredential(self._emulator.account_key),
            **{"authentication_endpoint_url": self._server.sts_endpoint, "polling_interval": 0} | options,
        )

    def sts(self):
        from azure.core.credentials import AzureKeyCredential

        if self.aio:
            from azure.mixedreality.authentication.aio import MixedRealityStsClient
        else:
            from azure.mixedreality.authentication import MixedRealityStsClient
        return MixedRealityStsClient(
            account_id=self._emulator.account_id,
            account_domain="eastus.mixedreality.azure.com",
            credential=AzureKeyCredential(self._emulator.account_key),
            custom_endpoint_url=self._server.sts_endpoint,
        )

    async def settle(self, answer):
        """What a call answers, once it is there."""
        return await answer if inspect.isawaitable(answer) else answer

    async def all(self, pages):
        """The items of a list, over all of its pages; the async kind has to be awaited first."""
        pages = await self.settle(pages)
        return [item async for item in pages] if self.aio else list(pages)

    async def close(self, client):
        """Close a client, and the one of the token service within it, which the SDK forgets."""
        await self.settle(client.close())
        policy = getattr(client._client._config, "authentication_policy", None)
        within = getattr(getattr(policy, "_credential", None), "stsClient", None)
        if within:
            await self.settle(within.close())
