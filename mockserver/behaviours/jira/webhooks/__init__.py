"""Webhooks: what Jira tells others about what happened, as administrators and apps have asked for it."""
