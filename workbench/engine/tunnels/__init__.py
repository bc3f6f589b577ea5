"""Tunnels: started, watched, proven, and never left behind.

    service     one tunnel's life: launch, prove, wait, launch again
    launching   chooses how a kind is launched; `ssh`, `ngrok`, `cloudflared`, `localtunnel`, `relay` do it
    agent       a foreign program on a leash (`leash`): it ends when we do, however we do
    probes      requests of our own that the listener answers and does not capture
    proving     sends them through the public address and says what is broken
    round_trip  sends hard requests through and compares what arrived, byte for byte

May import what the engine may. Central types: `TunnelService`, `Launched`.
"""
