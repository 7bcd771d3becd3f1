"""Jira's three rate limits: points an hour, calls a second, writes to one issue.

Source: https://developer.atlassian.com/cloud/jira/platform/rate-limiting/
"""

from __future__ import annotations

# The values of RateLimit-Reason; each is a kind of problem, worded in service.yaml.
GLOBAL_QUOTA = "jira-quota-global-based"
TENANT_QUOTA = "jira-quota-tenant-based"
BURST = "jira-burst-based"
ISSUE_WRITES = "jira-per-issue-on-write"
