"""A believable company to look around in, made only of what its orchestrator would have posted."""

from lineage.demo.load import DemoAccounts, DemoUser, TenantTaken, load_demo

__all__ = ["DemoAccounts", "DemoUser", "TenantTaken", "load_demo"]
