"""Jira's three rate limits: points an hour, calls a second, writes to one issue.

Each is counted on its own. A call that one of them refuses is not counted by any (assumed).
Source: https://developer.atlassian.com/cloud/jira/platform/rate-limiting/
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus

from mockserver.behaviours.jira import points
from mockserver.engine.context import Context
from mockserver.engine.limits import SETTING, documented, in_force
from mockserver.state.meters import Bucket, Reading, Window
from mockserver.values import Json, Problem, Record, Reply

# What RateLimit-Reason says; a kind of problem each, worded in service.yaml, as are those of points.
BURST, ISSUE_WRITES = "jira-burst-based", "jira-per-issue-on-write"
API = "/rest/"
USER_SEARCHES = ("user_search", "group_user_picker")
ISSUE = "{issueIdOrKey}"
# Calls that no bucket holds, and what is said of them.
FREE, UNLIMITED = ("HEAD", "OPTIONS"), 10**12
Rules = Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit that a call meets.

    kind: quota | burst | userSearch | issueWrites; reason: its kind of problem.
    """

    kind: str
    reason: str
    name: tuple[str, ...]
    rule: Window | Bucket
    reading: Reading


def admit(ctx: Context) -> None:
    """Count the call for its operation, and tell how many may follow.

    Raises Problem jira-burst-based | jira-per-issue-on-write | jira-quota-global-based |
    jira-quota-tenant-based where a limit is reached that is more than announced.
    """
    if not ctx.operation.path.startswith(API):
        return
    rules = _rules(ctx)
    if rules is None:
        _tell_burst(ctx, _bucket(ctx, documented(ctx.site.service.settings[SETTING], "burst")))
        return
    met = list(_met(ctx, rules))
    over = [one for one in met if one.reading.left < 1]
    enforced = [one for one in over if one.kind not in rules["beta"]]
    for one in met:
        if one.kind in ("burst", "userSearch") and not enforced:
            ctx.site.meters.spend(one.name, one.rule, ctx.now)
    _tell_burst(ctx, _bucket(ctx, rules["burst"]), "burst" in rules["beta"])
    if enforced:
        # Who waits for the last of them has waited for all.
        one = max(enforced, key=lambda limit: limit.reading.more)
        raise Problem(one.reason, diagnosis=_diagnosis(one), **_values(ctx, one))
    for one in over:
        _announce(ctx, one)


def settle(ctx: Context, reply: Reply) -> dict[str, str]:
    """Count what the call cost, now that it is answered; the headers about what is left."""
    rules = _rules(ctx)
    if rules is None or not ctx.operation.path.startswith(API):
        return {}
    refused = reply.headers.get("X-Mock-Reason") == "rate-limit"
    if reply.status < HTTPStatus.BAD_REQUEST:
        for one in _issue_writes(ctx, rules):
            ctx.site.meters.spend(one.name, one.rule, ctx.now)
    quota = _quota(ctx, rules)
    if quota is None:
        return {}
    spent = 0 if refused else points.cost(ctx, rules, reply)
    reading = ctx.site.meters.spend(quota.name, quota.rule, ctx.now, spent)
    return _quota_headers(ctx, rules, reading, reply)


def _rules(ctx: Context) -> dict[str, Json] | None:
    value = ctx.settings[SETTING]
    return None if value is False else in_force(ctx.site.service.settings[SETTING], value)


def _met(ctx: Context, rules: Rules) -> Iterator[Limit]:
    if ctx.call.method not in FREE:
        yield _burst(ctx, _bucket(ctx, rules["burst"]))
    each = rules["userSearch"]
    if each is not None and ctx.operation.page in USER_SEARCHES:
        yield _limit(ctx, "userSearch", BURST, (), Bucket(each, each))
    yield from _issue_writes(ctx, rules)
    quota = _quota(ctx, rules)
    if quota is not None:
        yield quota


def _limit(ctx: Context, kind: str, reason: str, name: tuple[str, ...], rule: Window | Bucket) -> Limit:
    full = (ctx.site.service.name, kind, *name)
    return Limit(kind, reason, full, rule, ctx.site.meters.read(full, rule, ctx.now))


def _burst(ctx: Context, bucket: Bucket) -> Limit:
    return _limit(ctx, "burst", BURST, (ctx.operation.id,), bucket)


def _bucket(ctx: Context, burst: Rules) -> Bucket:
    """The bucket of the operation; of methods that nothing is documented of, that of PUT."""
    operation = ctx.operation
    rule = burst.get(operation.id) or burst.get(operation.method) or burst["PUT"]
    return Bucket(rule, rule) if isinstance(rule, int) else Bucket(rule["size"], rule["rate"])


def _issue_writes(ctx: Context, rules: Rules) -> Iterator[Limit]:
    """The windows of the issue in the path, of a call that is to change something there."""
    issue = _issue(ctx) if ctx.call.method not in points.READS else None
    if issue is None:
        return
    for rule in rules["issueWrites"]:
        window = Window(rule["most"], rule["seconds"])
        yield _limit(ctx, "issueWrites", ISSUE_WRITES, (issue["id"], str(window.seconds)), window)


def _issue(ctx: Context) -> Record | None:
    declared, given = ctx.operation.path.split("/"), ctx.call.path.split("/")
    if ISSUE not in declared:
        return None
    return ctx.table("issue").find(given[declared.index(ISSUE) - len(declared)])


def _quota(ctx: Context, rules: Rules) -> Limit | None:
    account = points.account(ctx, rules)
    if account is None:
        return None
    return _limit(ctx, "quota", points.reason(rules), (account,), points.quota(rules))


def _tell_burst(ctx: Context, bucket: Bucket, announced: bool = False) -> None:
    """Add the headers of the burst limit to the reply; callers without a name are told nothing.

    Where calls are not counted, each is the first one. X-RateLimit-Limit is how many calls there may be at
    once, the policy's q how many a second: recorded as 350 and 100 side by side.
    """
    if ctx.caller.anonymous:
        return
    if ctx.call.method in FREE:
        size, left = UNLIMITED, UNLIMITED - 1
    elif ctx.settings[SETTING] is False:
        size, left = bucket.size, bucket.size - 1
    else:
        size, left = bucket.size, _burst(ctx, bucket).reading.left
    beta = "Beta-" if announced else ""
    ctx.headers[f"X-{beta}RateLimit-Limit"] = str(size)
    ctx.headers[f"X-{beta}RateLimit-Remaining"] = str(left)
    ctx.headers[f"{beta}RateLimit"] = f'"{BURST}";r={left};t=1'
    ctx.headers[f"{beta}RateLimit-Policy"] = f'"{BURST}";q={bucket.rate};w=1'


def _quota_headers(ctx: Context, rules: Rules, reading: Reading, reply: Reply) -> dict[str, str]:
    """What an app is told of its points; how many are left only when they are few."""
    near = reading.left * 100 < reading.most * rules["nearLimit"]
    left = f";r={reading.left}" if near else ""
    beta = "Beta-" if "quota" in rules["beta"] else ""
    told = {
        f"{beta}RateLimit-Policy": f'"{points.policy(rules)}";q={reading.most};w={points.HOUR}',
        f"{beta}RateLimit": f'"{points.policy(rules)}"{left};t={_seconds(ctx.now, reading.more)}',
    }
    headers = {name: ",".join(filter(None, [text, reply.headers.get(name)])) for name, text in told.items()}
    if near and (beta or reply.status != HTTPStatus.TOO_MANY_REQUESTS):
        headers["X-Beta-RateLimit-NearLimit" if beta else "X-RateLimit-NearLimit"] = "true"
    return headers


def _values(ctx: Context, limit: Limit) -> dict[str, Json]:
    return {
        "retry_after": _seconds(ctx.now, limit.reading.more),
        "limit": limit.reading.most,
        "remaining": 0,
        "reset": _told(limit.reading.more),
    }


def _announce(ctx: Context, limit: Limit) -> None:
    """Say what a 429 would say, of a limit that is not enforced yet."""
    values = _values(ctx, limit)
    ctx.headers["X-Beta-RateLimit-Limit"] = str(values["limit"])
    ctx.headers["X-Beta-RateLimit-Remaining"] = "0"
    ctx.headers["X-Beta-RateLimit-Reset"] = values["reset"]
    ctx.headers["X-Beta-RateLimit-Reason"] = limit.reason
    ctx.headers["Beta-Retry-After"] = str(values["retry_after"])


def _seconds(now: datetime, then: datetime) -> int:
    """Whole seconds to wait, at least one."""
    return max(1, math.ceil((then - now).total_seconds()))


def _told(moment: datetime) -> str:
    """``2025-01-15T09:30:01Z``: the first full second that is not before ``moment``."""
    full = moment + timedelta(microseconds=-moment.microsecond % 1_000_000)
    return full.strftime("%Y-%m-%dT%H:%M:%SZ")


def _diagnosis(limit: Limit) -> str:
    what = " ".join(limit.name[2:])
    until = _told(limit.reading.more)
    return f"the limit of {limit.reading.most} ({limit.kind} {what}) is reached until {until}"
