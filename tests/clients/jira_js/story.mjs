// The life of a project as the unmodified jira.js lives it. Every response of version 6 that does not match
// the client's schema of it is an error. Every step builds on those before it.
//
//     node story.mjs http://127.0.0.1:8080 [--go-on]
import assert from 'node:assert/strict';
import { createAgileClient, createCloudClient } from 'jira.js';
import { createClient } from 'jira.js/core';
import { Version2Client } from 'jira.js-5';

const [, , host, goOn] = process.argv;
const MIA = '5b10a2844c20165700ede21g';
const EMMA = '5b10ac8d82e05b22cc7d4ef5';
const ALANA = '5b109f2e9729b51b54dc274d';
const email = 'mia@example.com';
const apiToken = 'mock-token';

const client = createClient({ host, auth: { type: 'basic', email, apiToken }, onSchemaMismatch: 'throw' });
const jira = createCloudClient(client);
const agile = createAgileClient(client);
const old = new Version2Client({ host, authentication: { basic: { email, apiToken } } });

const document = (...texts) => ({
  type: 'doc',
  version: 1,
  content: texts.map(text => ({ type: 'paragraph', content: [{ type: 'text', text }] })),
});
const words = node => node.text ?? (node.content ?? []).map(words).join('');
const names = records => records.map(one => one.name);
const story = {};

async function keys(jql) {
  const found = [];
  let nextPageToken;
  do {
    const page = await jira.issueSearch.searchAndReconsileIssuesUsingJqlPost({
      jql,
      fields: ['summary'],
      maxResults: 20,
      nextPageToken,
    });
    found.push(...page.issues.map(one => one.key));
    nextPageToken = page.nextPageToken;
  } while (nextPageToken);
  return found;
}

async function refused(promise, status) {
  const error = await promise.then(() => undefined, error => error);
  assert.equal(error?.status, status, `expected ${status}, got ${error}`);
  return error;
}

async function fields(issueIdOrKey, ...wanted) {
  return (await jira.issues.getIssue({ issueIdOrKey, fields: wanted })).fields;
}

const steps = {
  async 'the site says who it is'() {
    assert.equal((await jira.serverInfo.getServerInfo()).deploymentType, 'Cloud');
    assert.equal((await jira.myself.getCurrentUser()).accountId, MIA);
    assert.ok((await jira.issueFields.getFields()).some(one => one.id === 'summary'));
    assert.ok(names(await jira.workflowStatuses.getStatuses()).includes('In Progress'));
    assert.ok(names((await jira.issuePriorities.searchPriorities()).values).includes('High'));
    const { permissions } = await jira.permissions.getMyPermissions({ permissions: 'BROWSE_PROJECTS' });
    assert.equal(permissions.BROWSE_PROJECTS.havePermission, true);
  },

  async 'a project is made'() {
    story.project = await jira.projects.createProject({
      key: 'SEA',
      name: 'Sea trials',
      leadAccountId: MIA,
      projectTypeKey: 'software',
      projectTemplateKey: 'com.pyxis.greenhopper.jira:gh-simplified-scrum-classic',
      description: 'A ship goes to sea',
      assigneeType: 'PROJECT_LEAD',
    });
    const project = await jira.projects.getProject({ projectIdOrKey: 'SEA', expand: 'lead,issueTypes' });
    assert.equal(project.name, 'Sea trials');
    assert.equal(project.lead.accountId, MIA);
    assert.ok((await jira.projects.searchProjects({ query: 'sea' })).values.some(one => one.key === 'SEA'));
    await refused(jira.projects.createProject({ key: 'SEA', name: 'Twice', leadAccountId: MIA }), 400);
    const changed = await jira.projects.updateProject({ projectIdOrKey: 'SEA', description: 'Sails' });
    assert.equal(changed.description, 'Sails');
  },

  async 'versions and components are planned'() {
    const projectId = Number(story.project.id);
    story.first = await jira.projectVersions.createVersion({ name: '1.0', projectId, releaseDate: '2025-02-01' });
    story.second = await jira.projectVersions.createVersion({ name: '2.0', projectId, description: 'Later' });
    story.hull = await jira.projectComponents.createComponent({ name: 'Hull', project: 'SEA', leadAccountId: EMMA });
    story.mast = await jira.projectComponents.createComponent({ name: 'Mast', project: 'SEA' });
    await jira.projectVersions.moveVersion({ id: story.second.id, position: 'First' });
    assert.deepEqual(names(await jira.projectVersions.getProjectVersions({ projectIdOrKey: 'SEA' })), ['2.0', '1.0']);
    const page = await jira.projectVersions.getProjectVersionsPaginated({ projectIdOrKey: 'SEA', orderBy: 'name' });
    assert.deepEqual(names(page.values), ['1.0', '2.0']);
    const parts = await jira.projectComponents.getProjectComponents({ projectIdOrKey: 'SEA' });
    assert.deepEqual(names(parts), ['Hull', 'Mast']);
    await jira.projectComponents.updateComponent({ id: story.hull.id, body: { description: 'Steel' } });
    assert.equal((await jira.projectComponents.getComponent({ id: story.hull.id })).description, 'Steel');
    await refused(jira.projectVersions.createVersion({ name: '1.0', projectId }), 400);
  },

  async 'issues are created, one and many'() {
    const project = { key: 'SEA' };
    const types = await jira.issues.getCreateIssueMetaIssueTypes({ projectIdOrKey: 'SEA' });
    const bug = types.issueTypes.find(one => one.name === 'Bug');
    const meta = await jira.issues.getCreateIssueMetaIssueTypeId({ projectIdOrKey: 'SEA', issueTypeId: bug.id });
    assert.ok(meta.fields.some(one => one.fieldId === 'summary' && one.required));
    const epic = await jira.issues.createIssue({
      fields: { project, issuetype: { name: 'Epic' }, summary: 'Leave the dock' },
    });
    story.epic = epic.key;
    story.epicId = epic.id;
    const made = await jira.issues.createIssue({
      fields: {
        project,
        issuetype: { name: 'Story' },
        summary: 'Cast off 🚢',
        description: document('Loosen the ropes', 'ببطء'),
        labels: ['ropes', '夜'],
        components: [{ name: 'Hull' }],
        fixVersions: [{ name: '1.0' }],
        priority: { name: 'High' },
        duedate: '2025-01-31',
      },
    });
    story.story = made.key;
    const many = await jira.issues.createIssues({
      issueUpdates: [1, 2].map(at => ({
        fields: { project, issuetype: { id: bug.id }, summary: `Leak ${at}`, versions: [{ name: '1.0' }] },
      })),
    });
    story.bugs = many.issues.map(one => one.key);
    const part = await jira.issues.createIssue({
      fields: { project, issuetype: { name: 'Sub-task' }, summary: 'Ropes', parent: { key: story.story } },
    });
    story.part = part.key;
    assert.deepEqual(await keys('project = SEA ORDER BY key'), ['SEA-1', 'SEA-2', 'SEA-3', 'SEA-4', 'SEA-5']);
    const found = await fields(story.story, '*all');
    assert.equal(words(found.description), 'Loosen the ropesببطء');
    assert.deepEqual(found.labels, ['ropes', '夜']);
    assert.equal(found.subtasks[0].key, story.part);
    assert.equal((await fields(story.part, 'parent')).parent.key, story.story);
    const error = await refused(
      jira.issues.createIssue({ fields: { project, issuetype: { name: 'Bug' }, summary: '' } }),
      400,
    );
    assert.match(JSON.stringify(error.details ?? error.body ?? error.message ?? ''), /summary/);
    const fetched = await jira.issues.bulkFetchIssues({ issueIdsOrKeys: [...story.bugs, 'SEA-99'], fields: ['summary'] });
    assert.deepEqual(fetched.issues.map(one => one.key), story.bugs);
  },

  async 'issues are edited and assigned'() {
    await jira.issues.editIssue({
      issueIdOrKey: story.story,
      fields: { summary: 'Cast off quietly' },
      update: { labels: [{ add: 'quiet' }, { remove: 'ropes' }] },
    });
    await jira.issues.assignIssue({ issueIdOrKey: story.story, accountId: EMMA });
    const issue = await jira.issues.getIssue({
      issueIdOrKey: story.story,
      expand: 'changelog,renderedFields,names,schema,transitions,editmeta,operations',
    });
    assert.equal(issue.fields.summary, 'Cast off quietly');
    assert.deepEqual(issue.fields.labels, ['夜', 'quiet']);
    assert.equal(issue.fields.assignee.accountId, EMMA);
    assert.equal(issue.names.summary, 'Summary');
    const history = await jira.issues.getChangeLogs({ issueIdOrKey: story.story });
    const changed = history.values.flatMap(one => one.items.map(item => item.field));
    assert.deepEqual([...new Set(changed)].sort(), ['assignee', 'labels', 'summary']);
    assert.deepEqual(await keys(`assignee = "${EMMA}" AND project = SEA`), [story.story]);
    assert.ok((await jira.issues.getEditIssueMeta({ issueIdOrKey: story.story })).fields.summary);
    assert.ok((await jira.labels.getAllLabels()).values.includes('quiet'));
  },

  async 'work goes through the workflow'() {
    const { transitions } = await jira.issues.getTransitions({ issueIdOrKey: story.story });
    const to = name => ({ id: transitions.find(one => one.name === name).id });
    await jira.issues.doTransition({ issueIdOrKey: story.story, transition: to('In Progress') });
    assert.equal((await fields(story.story, 'status')).status.name, 'In Progress');
    await jira.issues.doTransition({ issueIdOrKey: story.bugs[1], transition: to('Done') });
    const done = await fields(story.bugs[1], 'status', 'resolution', 'resolutiondate');
    assert.equal(done.resolution.name, 'Done');
    assert.ok(done.resolutiondate);
    assert.deepEqual(await keys("project = SEA AND status CHANGED FROM 'To Do' TO Done"), [story.bugs[1]]);
    assert.deepEqual(await keys('project = SEA AND resolution IS NOT EMPTY'), [story.bugs[1]]);
  },

  async 'people talk'() {
    const added = await jira.issueComments.addComment({ issueIdOrKey: story.story, body: document('Ready', 'مرحبا') });
    assert.equal(words(added.body), 'Readyمرحبا');
    // Wiki text goes through version 2 and is read back through version 3.
    const wiki = await jira.issueComments.addComment({ issueIdOrKey: story.story, body: 'h2. Now\n\n*bold*' });
    assert.equal(wiki.body.content[0].type, 'heading');
    await jira.issueComments.updateComment({ issueIdOrKey: story.story, id: added.id, body: { body: document('Set') } });
    const page = await jira.issueComments.getComments({ issueIdOrKey: story.story, orderBy: '-created' });
    assert.deepEqual(page.comments.map(one => words(one.body)).sort(), ['Nowbold', 'Set']);
    const some = await jira.issueComments.getCommentsByIds({ ids: [Number(added.id)] });
    assert.equal(words(some.values[0].body), 'Set');
    assert.deepEqual(await keys('comment ~ bold'), [story.story]);
    await jira.issueComments.deleteComment({ issueIdOrKey: story.story, id: wiki.id });
    await refused(jira.issueComments.getComment({ issueIdOrKey: story.story, id: wiki.id }), 404);
    assert.equal((await fields(story.story, 'comment')).comment.total, 1);
  },

  async 'work is logged'() {
    await jira.issues.editIssue({ issueIdOrKey: story.story, fields: { timetracking: { originalEstimate: '1d' } } });
    const log = await jira.issueWorklogs.addWorklog({
      issueIdOrKey: story.story,
      timeSpent: '2h',
      started: '2025-01-14T09:00:00.000+0000',
      comment: document('Untied'),
    });
    await jira.issueWorklogs.addWorklog({
      issueIdOrKey: story.story,
      timeSpentSeconds: 1800,
      adjustEstimate: 'new',
      newEstimate: '3h',
    });
    const { timetracking } = await fields(story.story, 'timetracking');
    assert.deepEqual(
      [timetracking.originalEstimate, timetracking.timeSpent, timetracking.remainingEstimate],
      ['1d', '2h 30m', '3h'],
    );
    await jira.issueWorklogs.updateWorklog({ issueIdOrKey: story.story, id: log.id, body: { timeSpent: '1h' } });
    const page = await jira.issueWorklogs.getIssueWorklog({ issueIdOrKey: story.story });
    assert.deepEqual(page.worklogs.map(one => one.timeSpentSeconds), [3600, 1800]);
    const [listed] = await jira.issueWorklogs.getWorklogsForIds({ ids: [Number(log.id)] });
    assert.equal(words(listed.comment), 'Untied');
    // What changed within the last minute is not told yet.
    assert.deepEqual((await jira.issueWorklogs.getIdsOfWorklogsModifiedSince({ since: 0 })).values, []);
    await jira.issueWorklogs.deleteWorklog({ issueIdOrKey: story.story, id: log.id });
    assert.equal((await fields(story.story, 'timespent')).timespent, 1800);
    assert.deepEqual(await keys('project = SEA AND timespent > 10m'), [story.story]);
  },

  async 'files are attached'() {
    const content = Buffer.from(Array.from({ length: 5000 }, (_, at) => at % 256));
    const [file] = await jira.issueAttachments.addAttachment({
      issueIdOrKey: story.story,
      attachments: { filename: 'Hafenplan 港.bin', content },
    });
    assert.equal(file.filename, 'Hafenplan 港.bin');
    const back = await jira.issueAttachments.getAttachmentContent({ id: file.id });
    assert.ok(content.equals(Buffer.from(back)));
    assert.equal((await jira.issueAttachments.getAttachment({ id: file.id })).size, content.length);
    assert.equal((await jira.issueAttachments.getAttachmentMeta()).enabled, true);
    assert.equal((await fields(story.story, 'attachment')).attachment[0].id, file.id);
    assert.deepEqual(await keys('project = SEA AND attachments IS NOT EMPTY'), [story.story]);
    await jira.issueAttachments.removeAttachment({ id: file.id });
    assert.deepEqual((await fields(story.story, 'attachment')).attachment, []);
  },

  async 'issues are linked'() {
    await jira.issueLinks.linkIssues({
      type: { name: 'Blocks' },
      inwardIssue: { key: story.bugs[0] },
      outwardIssue: { key: story.story },
      comment: { body: document('Pump first') },
    });
    const [link] = (await fields(story.story, 'issuelinks')).issuelinks;
    assert.equal(link.inwardIssue.key, story.bugs[0]);
    assert.equal((await jira.issueLinks.getIssueLink({ linkId: link.id })).outwardIssue.key, story.story);
    assert.ok(names((await jira.issueLinkTypes.getIssueLinkTypes()).issueLinkTypes).includes('Blocks'));
    assert.deepEqual(await keys(`issue IN linkedIssues(${story.story})`), [story.bugs[0]]);
    await jira.issueLinks.deleteIssueLink({ linkId: link.id });
    assert.deepEqual((await fields(story.bugs[0], 'issuelinks')).issuelinks, []);
    const remote = { globalId: 'berth=1', object: { url: 'https://berths.example/1', title: 'Berth 1' } };
    const added = await jira.issueRemoteLinks.createOrUpdateRemoteIssueLink({ issueIdOrKey: story.story, ...remote });
    await jira.issueRemoteLinks.updateRemoteIssueLink({
      issueIdOrKey: story.story,
      linkId: String(added.id),
      ...remote,
      object: { ...remote.object, title: 'Berth 2' },
    });
    const one = await jira.issueRemoteLinks.getRemoteIssueLinkById({
      issueIdOrKey: story.story,
      linkId: String(added.id),
    });
    assert.equal(one.object.title, 'Berth 2');
    await jira.issueRemoteLinks.deleteRemoteIssueLinkByGlobalId({ issueIdOrKey: story.story, globalId: 'berth=1' });
    await refused(
      jira.issueRemoteLinks.getRemoteIssueLinkById({ issueIdOrKey: story.story, linkId: String(added.id) }),
      404,
    );
  },

  async 'people watch and vote'() {
    const issueIdOrKey = story.bugs[0];
    await jira.issueWatchers.addWatcher({ issueIdOrKey, body: EMMA });
    const { watchers, watchCount } = await jira.issueWatchers.getIssueWatchers({ issueIdOrKey });
    assert.ok(watchers.some(one => one.accountId === EMMA));
    assert.equal((await fields(issueIdOrKey, 'watches')).watches.watchCount, watchCount);
    await jira.issueWatchers.removeWatcher({ issueIdOrKey, accountId: EMMA });
    assert.equal((await jira.issueWatchers.getIssueWatchers({ issueIdOrKey })).watchCount, watchCount - 1);
    await jira.issues.editIssue({ issueIdOrKey, fields: { reporter: { id: ALANA } } });
    await jira.issueVotes.addVote({ issueIdOrKey });
    assert.equal((await jira.issueVotes.getVotes({ issueIdOrKey })).votes, 1);
    assert.deepEqual(await keys('voter = currentUser() AND project = SEA'), [issueIdOrKey]);
    await jira.issueVotes.removeVote({ issueIdOrKey });
    assert.equal((await fields(issueIdOrKey, 'votes')).votes.votes, 0);
    await jira.issueProperties.setIssueProperty({ issueIdOrKey, propertyKey: 'tide', body: { level: 4.1 } });
    const property = await jira.issueProperties.getIssueProperty({ issueIdOrKey, propertyKey: 'tide' });
    assert.deepEqual(property.value, { level: 4.1 });
    assert.equal((await jira.issueProperties.getIssuePropertyKeys({ issueIdOrKey })).keys[0].key, 'tide');
    await jira.issueProperties.deleteIssueProperty({ issueIdOrKey, propertyKey: 'tide' });
  },

  async 'filters keep searches'() {
    const kept = await jira.filters.createFilter({ name: 'Sea', jql: 'project = SEA ORDER BY Rank', favourite: true });
    story.filter = kept.id;
    assert.deepEqual(await keys(`filter = ${kept.id} AND issuetype = Bug ORDER BY key`), story.bugs);
    await jira.filters.updateFilter({ id: Number(kept.id), body: { name: 'The sea', jql: 'project = SEA' } });
    assert.equal((await jira.filters.getFilter({ id: Number(kept.id) })).name, 'The sea');
    assert.ok(names(await jira.filters.getFavouriteFilters()).includes('The sea'));
    assert.ok(names(await jira.filters.getMyFilters()).includes('The sea'));
    const page = await jira.filters.getFiltersPaginated({ filterName: 'sea', expand: 'jql,owner' });
    assert.equal(page.values[0].owner.accountId, MIA);
    const shared = await jira.filterSharing.addSharePermission({ id: Number(kept.id), type: 'authenticated' });
    assert.equal(shared.length, 1);
  },

  async 'a sprint is run'() {
    const board = await agile.board.createBoard({
      name: 'Sea board',
      type: 'scrum',
      filterId: Number(story.filter),
      location: { type: 'project', projectKeyOrId: 'SEA' },
    });
    story.board = board.id;
    assert.ok((await agile.board.getAllBoards({ projectKeyOrId: 'SEA' })).values.some(one => one.id === board.id));
    assert.ok((await agile.board.getConfiguration({ boardId: board.id })).columnConfig.columns.length);
    const sprint = await agile.sprint.createSprint({ name: 'Trial 1', originBoardId: board.id, goal: 'Leave' });
    const issues = [story.story, story.bugs[0]];
    await agile.sprint.moveIssuesToSprintAndRank({ sprintId: sprint.id, issues });
    await agile.issue.rankIssues({ issues: [story.bugs[0]], rankBeforeIssue: story.story });
    await agile.epic.moveIssuesToEpic({ epicIdOrKey: story.epic, issues: [story.story] });
    const inside = await agile.sprint.getIssuesForSprint({ sprintId: sprint.id, jql: 'issuetype != Sub-task' });
    assert.deepEqual(inside.issues.map(one => one.key), [story.bugs[0], story.story]);
    assert.deepEqual(await keys(`parent = ${story.epic}`), [story.story]);
    assert.equal((await agile.epic.getEpic({ epicIdOrKey: story.epicId })).key, story.epic);
    await agile.sprint.partiallyUpdateSprint({
      sprintId: sprint.id,
      state: 'active',
      startDate: '2025-01-13T09:00:00.000Z',
      endDate: '2025-01-27T09:00:00.000Z',
    });
    const active = await agile.board.getAllSprints({ boardId: board.id, state: 'active' });
    assert.deepEqual(names(active.values), ['Trial 1']);
    await agile.backlog.moveIssuesToBacklog({ issues: [story.bugs[0]] });
    const backlog = await agile.board.getIssuesForBacklog({ boardId: board.id });
    assert.ok(backlog.issues.some(one => one.key === story.bugs[0]));
    const shown = await agile.issue.getIssue({ issueIdOrKey: story.story });
    assert.equal(shown.fields.sprint.id, sprint.id);
    await jira.issues.doTransition({ issueIdOrKey: story.part, transition: { id: '31' } });
    await jira.issues.doTransition({ issueIdOrKey: story.story, transition: { id: '31' } });
    await agile.sprint.partiallyUpdateSprint({ sprintId: sprint.id, state: 'closed' });
    assert.equal((await agile.sprint.getSprint({ sprintId: sprint.id })).state, 'closed');
    assert.ok((await keys('sprint IN closedSprints()')).includes(story.story));
    const onBoard = await agile.board.getIssuesForBoard({ boardId: board.id, maxResults: 50 });
    assert.ok(onBoard.issues.length >= 3);
  },

  async 'versions are released and removed'() {
    await jira.projectVersions.updateVersion({ id: story.first.id, body: { released: true } });
    assert.deepEqual(await keys('fixVersion IN releasedVersions() AND project = SEA'), [story.story]);
    assert.equal((await jira.projectVersions.getVersionRelatedIssues({ id: story.first.id })).issuesFixedCount, 1);
    const open = await jira.projectVersions.getVersionUnresolvedIssues({ id: story.first.id });
    assert.equal(open.issuesUnresolvedCount, 0);
    await jira.projectVersions.deleteAndReplaceVersion({
      id: story.first.id,
      moveFixIssuesTo: Number(story.second.id),
      moveAffectedIssuesTo: Number(story.second.id),
    });
    assert.deepEqual(names((await fields(story.story, 'fixVersions')).fixVersions), ['2.0']);
    assert.deepEqual(names((await fields(story.bugs[0], 'versions')).versions), ['2.0']);
    await jira.projectComponents.deleteComponent({ id: story.hull.id, moveIssuesTo: story.mast.id });
    assert.deepEqual(names((await fields(story.story, 'components')).components), ['Mast']);
  },

  async 'people, groups and roles are kept'() {
    assert.equal((await jira.users.getUser({ accountId: EMMA })).displayName, 'Emma Richards');
    assert.deepEqual((await jira.userSearch.findUsers({ query: 'emma' })).map(one => one.accountId), [EMMA]);
    const assignable = await jira.userSearch.findAssignableUsers({ project: 'SEA', query: 'ala' });
    assert.deepEqual(assignable.map(one => one.accountId), [ALANA]);
    const group = await jira.groups.createGroup({ name: 'pilots' });
    await jira.groups.addUserToGroup({ groupname: 'pilots', accountId: ALANA });
    const members = await jira.groups.getUsersFromGroup({ groupname: 'pilots' });
    assert.deepEqual(members.values.map(one => one.accountId), [ALANA]);
    assert.ok(names(await jira.users.getUserGroups({ accountId: ALANA })).includes('pilots'));
    assert.equal((await jira.groups.findGroups({ query: 'pil' })).groups[0].name, 'pilots');
    await jira.groups.removeUserFromGroup({ groupname: 'pilots', accountId: ALANA });
    await jira.groups.removeGroup({ groupId: group.groupId });
    assert.equal((await jira.groups.findGroups({ query: 'pil' })).total, 0);
    const roles = await jira.projectRoles.getProjectRoles({ projectIdOrKey: 'SEA' });
    const id = Number(String(roles.Member).split('/').at(-1));
    await jira.projectRoleActors.addActorUsers({ projectIdOrKey: 'SEA', id, user: [EMMA] });
    const role = await jira.projectRoles.getProjectRole({ projectIdOrKey: 'SEA', id });
    assert.equal(role.actors[0].actorUser.accountId, EMMA);
  },

  async 'everything is searched by pages'() {
    const project = { key: 'SEA' };
    await jira.issues.createIssues({
      issueUpdates: Array.from({ length: 50 }, (_, at) => ({
        fields: { project, issuetype: { name: 'Task' }, summary: `Task ${at}` },
      })),
    });
    assert.equal((await keys('project = SEA AND summary ~ task')).length, 50);
    assert.equal((await jira.issueSearch.countIssues({ jql: 'project = SEA AND summary ~ task' })).count, 50);
    assert.equal((await keys('project = SEA ORDER BY Rank'))[0], story.epic);
    const { queries } = await jira.jql.parseJqlQueries({ queries: ['project = SEA', 'nonsense ='], validation: 'strict' });
    assert.deepEqual(queries.map(one => (one.errors ?? []).length > 0), [false, true]);
    await refused(jira.issueSearch.searchAndReconsileIssuesUsingJqlPost({ jql: 'nonsense = 1' }), 400);
    const bugs = await Promise.all(story.bugs.map(key => jira.issues.getIssue({ issueIdOrKey: key })));
    const { matches } = await jira.issueSearch.matchIssues({
      issueIds: bugs.map(one => Number(one.id)),
      jqls: ['project = SEA AND resolution IS EMPTY'],
    });
    assert.deepEqual(matches[0].matchedIssues, [Number(bugs[0].id)]);
  },

  async 'version 2 tells the same in wiki text'() {
    const issue = await old.issues.getIssue({ issueIdOrKey: story.story });
    assert.equal(issue.fields.description, 'Loosen the ropes\n\nببطء');
    const made = await old.issues.createIssue({
      fields: { project: { key: 'SEA' }, issuetype: { name: 'Task' }, summary: 'Old', description: '*bold*' },
    });
    assert.deepEqual((await fields(made.key, 'description')).description.content[0].content[0].marks, [
      { type: 'strong' },
    ]);
    const comment = await old.issueComments.addComment({ issueIdOrKey: made.key, comment: 'Hello *you*' });
    assert.equal(comment.body, 'Hello *you*');
    await old.issues.deleteIssue({ issueIdOrKey: made.key });
  },

  async 'everything is deleted'() {
    await refused(jira.issues.deleteIssue({ issueIdOrKey: story.story }), 400);
    await jira.issues.deleteIssue({ issueIdOrKey: story.story, deleteSubtasks: 'true' });
    await refused(jira.issues.getIssue({ issueIdOrKey: story.part }), 404);
    await agile.board.deleteBoard({ boardId: story.board });
    await refused(agile.board.getBoard({ boardId: story.board }), 404);
    await jira.filters.deleteFilter({ id: Number(story.filter) });
    await refused(jira.filters.getFilter({ id: Number(story.filter) }), 400);
    await jira.projects.deleteProject({ projectIdOrKey: 'SEA' });
    await refused(jira.projects.getProject({ projectIdOrKey: 'SEA' }), 404);
    await refused(jira.issues.getIssue({ issueIdOrKey: story.epic }), 404);
  },
};

for (const [name, step] of Object.entries(steps)) {
  try {
    await step();
    console.log(`ok   ${name}`);
  } catch (error) {
    console.log(`FAIL ${name}\n${error.stack}\n${JSON.stringify(error.body ?? error.issues ?? error.response?.data ?? '')}`);
    process.exitCode = 1;
    if (!goOn) break;
  }
}

// With AUDIT_SCHEMAS=true the client notes what it was sent and does not know; it is told here, without ids.
const unknown = (globalThis[Symbol.for('apis-code-gen.schemaAudit')] ?? []).map(one => {
  const what = one.kind === 'keys' ? one.keys.join(', ') : one.value;
  return `${one.endpoint.replace(/\d+/g, 'N')} ${one.path}: ${what}`;
});
for (const line of new Set(unknown)) console.log(`unknown ${line}`);
