/** Every limit in one place, its unit in its name. A loop, wait, page, body or queue without a row here is a defect. */
export const LIMITS = {
  // names and text
  nameCharsMax: 255,
  descriptionCharsMax: 2_000,
  tagsMax: 50,
  tagKeyCharsMax: 128,
  tagValueCharsMax: 256,
  // connectors
  pollingMinutesMin: 60,
  pollingMinutesMax: 1_440,
  pollingMinutesDefault: 240,
  regionsMax: 100,
  /** The longest names that AWS has today have 14. */
  regionCharsMax: 32,
  /** AWS: sts:AssumeRole ExternalId, 2 to 1,224 characters of [\w+=,.@:\/-] (STS API reference). */
  externalIdCharsMin: 2,
  externalIdCharsMax: 1_224,
  /** AWS: sts:AssumeRole RoleArn, 20 to 2,048 characters (STS API reference). */
  roleArnCharsMin: 20,
  roleArnCharsMax: 2_048,
  /** AWS: access key id, 16 to 128 characters of \w (IAM API reference). */
  accessKeyIdCharsMin: 16,
  accessKeyIdCharsMax: 128,
  secretAccessKeyCharsMax: 256,
  filePathCharsMax: 1_024,
  /** How much of an access key ID is shown. */
  keyIdEndingChars: 4,
  // HTTP
  bodyBytesMax: 256 * 1024,
  /** Longer than any path that Node lets through, so that an id of any length reaches the rule about ids. */
  pathCharsMax: 16_384,
  listItemsDefault: 50,
  listItemsMax: 1_000,
  queryCharsMax: 4_096,
  jsonDepthMax: 32,
  /** Of one address, per process: high enough for any honest client, low enough to stop one that loops. */
  requestsPerMinuteMax: 60_000,
  /** For a request to arrive as a whole, and for it to be worked on. */
  requestTimeoutMs: 30_000,
  handlerTimeoutMs: 60_000,
  /** How long requests under way may take to finish when the server closes. */
  closeGraceMs: 10_000,
  metricsCacheSeconds: 15,
  /** Less than the probes of usual load balancers and supervisors wait. */
  readyTimeoutMs: 2_000,
  /** What the command line waits for one answer; longer than any request takes. */
  clientTimeoutMs: 60_000,
  watchEveryMs: 1_000,
  /** How long the command line watches a re-check or a key rotation. */
  watchHoursMax: 6,
  // people
  passwordCharsMin: 12,
  passwordCharsMax: 256,
  usernameCharsMax: 64,
  sessionIdleMinutes: 60,
  sessionHoursMax: 12,
  /** Failed sign-ins per minute: of one name from one address; from one address; of one name from anywhere. */
  loginTriesPerMinute: 10,
  loginTriesPerMinutePerAddress: 30,
  loginTriesPerMinutePerName: 60,
  /** "Last used" of sessions and tokens is written at most this often; a write per request would cost more than it tells. */
  lastUsedEverySeconds: 60,
  // AWS calls
  awsConnectTimeoutMs: 3_000,
  awsCallTimeoutMs: 30_000,
  awsCallTriesMax: 5,
  /** Of one call with its retries and the pauses between them. */
  awsCallTotalMs: 120_000,
  awsBackoffBaseMs: 200,
  awsBackoffMaxMs: 10_000,
  checkTimeoutMs: 10_000,
  /** Of a check, for the database and the answer. */
  checkReserveMs: 1_000,
  /** Of a check, for one assumption with its retries, so that a hub that hangs leaves time for the other one. */
  checkAssumeMs: 3_500,
  checkCallTriesMax: 2,
  /** AWS: the shortest session that AssumeRole gives (STS API reference); for probes, whose sessions are thrown away. */
  probeSessionSeconds: 900,
  /** Of 100 results each, which is IAM's default (IAM API reference, SimulatePrincipalPolicy). */
  iamSimulationPagesMax: 1_000,
  /** Of one answer, unpacked: ten times the largest page seen. */
  awsAnswerBytesMax: 128 * 1024 * 1024,
  /** Of runs, in one process: at 80 ms a call these are 800 a second, about what one core carries with all that follows. */
  awsCallsInFlight: 64,
  /** How many of these a page after the first one takes, because it follows a full one: so an account of many pages takes a few at a time. */
  laterPageSlots: 4,
  /** Answers of a hundred instances and more: as sent, and packed. */
  largeAnswerBytes: 256 * 1024,
  largePackedBytes: 16 * 1024,
  /** What the old part of a worker's heap should have before it is collected; it grows by so much, or so little, over what lived. */
  oldHeapBytes: 96 * 1024 * 1024,
  heapGrowthPercentMin: 45,
  heapGrowthPercentMax: 130,
  /** From how much on its young part does not grow any more: two halves of 16 MB. */
  youngHeapBytes: 64 * 1024 * 1024,
  /** Large answers between their arrival and the writing of what is new in them: 30 MB each with all that is made of them. */
  largeAnswersAtOnce: 4,
  /** How long reading a large answer waits for what is being sent to the database. */
  longTurnWaitMs: 250,
  /** To one host: AWS has one for each service and region, an endpoint of another make may have one for everything. */
  awsSocketsMax: 512,
  awsClientsMax: 256,
  /** Of services in regions, for all accounts together: 17 services in 30 regions. */
  serviceClientsMax: 510,
  awsSessionsMax: 10_000,
  /** Of an error message of AWS, kept in a fault. */
  awsMessageCharsMax: 500,
  /** AWS: a session of a role assumed from a role's session lives at most one hour (role chaining). */
  memberSessionSeconds: 3_600,
  /** What Causeway takes of each quota of an account, in per cent, unless its owner says otherwise. */
  awsQuotaSharePercentDefault: 50,
  /** AWS: 600 STS calls a second per account and region (IAM quotas); what is left of it is for other processes. */
  stsCallsPerSecond: 450,
  /** Calls that may come at once after a rest. */
  stsCallsBurst: 50,
  /** After AWS asked to slow down: halved at most so often, not below this part, and within this time back to the full rate. */
  paceHalveEveryMs: 500,
  paceSlowestPart: 64,
  paceRecoverSeconds: 60,
  /** Remembered before those that are full again are forgotten. */
  paceBucketsMax: 20_000,
  webIdentitySessionSeconds: 3_600,
  /** AWS's runtimes answer within milliseconds; where there is none, nothing answers at all. */
  metadataTimeoutMs: 2_000,
  metadataAnswerCharsMax: 65_536,
  /** AWS: IMDSv2 session token, 1 second to 6 hours. */
  metadataTokenSeconds: 60,
  /** AWS: sts:AssumeRoleWithWebIdentity WebIdentityToken, up to 20,000 characters (STS API reference). */
  tokenFileBytesMax: 20_000,
  /** A session is renewed when this much of its life is left, so that no call starts with one that is about to end. */
  sessionRenewBeforeSeconds: 300,
  /** Between two connectors that set out for a new target hub: 10,000 of them take 17 minutes. */
  moveSpacingMs: 100,
  // re-checks of all connectors of an account type
  /** At 450 calls a second and three calls each, this many connectors are enough for calls that take 400 ms. */
  recheckConnectorsInFlight: 64,
  recheckPageItems: 500,
  /** Results are gathered for so long before they are written; progress moves as often. */
  recheckWriteEveryMs: 1_000,
  recheckSecretSeconds: 1,
  /** Of one connector; long, because waiting for turns at STS counts too. */
  recheckConnectorMs: 120_000,
  recheckCallMs: 10_000,
  recheckCallTriesMax: 3,
  recheckHoursMax: 2,
  recheckStopMs: 2_000,
  // sync
  /** A scope that is proved empty is observed in one of so many runs, unless the owner says otherwise, and at most. */
  emptyScopesEveryDefault: 6,
  emptyScopesEveryMax: 12,
  /** Complete observations in a row that must have seen nothing. */
  emptyProofsMin: 2,
  /** What a forecast reckons for a scope that was never observed. */
  forecastCallMs: 200,
  pageItemsMax: 1_000,
  pagesPerScopeMax: 10_000,
  /** Ends of scopes are gathered for so long, and so many at most, before they are written. */
  scopeEndsWaitMs: 10,
  scopeEndsMax: 500,
  /** How far a run is, is written at most this often. */
  runTellEveryMs: 2_000,
  /** Scopes that must be finished before a run's own pace says how long it will take. */
  paceScopesMin: 10,
  /** Earlier runs from which is judged how long a run usually takes. */
  usualRunsMax: 5,
  /** Ids and hashes of an account with at most so many live assets are read at once: about 0.5 MB. */
  knownTogetherMax: 2_000,
  scopesInFlightPerRun: 32,
  /** Of one kind for the items of one scope, such as the policies of its buckets. */
  detailCallsInFlight: 4,
  /** After so many denials in a row of one kind of detail, the role is taken to have no right to any of them in this run. */
  detailDenialsMax: 20,
  /** Of small accounts enough to have all calls in flight, since each makes two or three before its scopes and then waits for the database; more take more memory. */
  runsInFlightPerWorker: 48,
  /** Scopes of all runs of a process, by the memory that they may take: an empty one takes 1. */
  scopeSlots: 512,
  /** What one takes that was never observed; more for every so many items that another had. */
  newScopeSlots: 4,
  itemsPerScopeSlot: 50,
  scopeSlotsMax: 24,
  /** Pages that a process compares and writes at a time: more only make the database's processes wait for each other. */
  pagesWrittenAtOnce: 3,
  /** Pages with so little news are inserted together with those of other scopes and runs: gathered for so long, and so many at most. */
  smallPageItemsMax: 100,
  smallPagesWaitMs: 10,
  smallPagesMax: 20,
  /** Jobs that end within so long are settled together. */
  jobEndsWaitMs: 50,
  /** How often a worker with room asks for jobs. */
  jobPollMs: 500,
  /** What was found out about hubs by runs is gathered for so long before it is written. */
  findingsWaitMs: 10,
  findingsMax: 200,
  runTriesMax: 20,
  runRetrySeconds: 2,
  runHeartbeatSeconds: 10,
  runHoursMax: 6,
  /** Two, because one observation may be late or missed without anything being wrong. */
  freshIntervals: 2,
  /** The readiness of the estate is counted anew after so long, and after so many times what counting took. */
  estateReadinessSeconds: 10,
  estateReadinessPauseFactor: 20,
  /** After so many of these pauses, whoever reads it counts it: no worker does. */
  estateReadinessLateFactor: 3,
  estateReadinessTimeoutMs: 300_000,
  estateCausesMax: 200,
  /** Beside the pool of the database; one of them listens. */
  queuePoolMax: 4,
  queueSuperviseSeconds: 5,
  queuePollSeconds: 2,
  queueStartTriesMax: 10,
  /** How long a stopping process waits for what is under way. */
  stopTimeoutMs: 5_000,
  scheduleEverySeconds: 5,
  scheduleBatchMax: 500,
  detachBatchMax: 5_000,
  /** Assets that one statement marks as gone, or looks at to tag them anew: 1,000 gone take 2 s among ten million. */
  markBatchMax: 1_000,
  /** Runs and history that are too old: how many one batch looks at, and when there is another. */
  expireRunsBatch: 500,
  expireHistoryBatch: 5_000,
  /** Shared facts that one batch looks for in the assets; unused ones are few and do no harm. */
  expireFactsBatch: 1_000,
  expireFactsEveryMinutes: 1_440,
  expirePauseSeconds: 1,
  expireEveryMinutes: 60,
  retentionDaysMax: 36_500,
  /** Longer ones are not shared: an entry of a PostgreSQL index has at most 2.7 KB, and a character up to 3 bytes. */
  sharedFactCharsMax: 800,
  /** Of a search's pattern: with more, the assets are asked one by one whether they have one that fits. */
  sharedFactsFoundMax: 500,
  /** Of a property's values: more are left to the attributes, so that rows stay small. */
  comparedCharsMax: 200,
  historyValueCharsMax: 4_096,
  /** Assets that one statement detaches or deletes. */
  deleteBatchMax: 5_000,
  historyChangesMax: 500,
  // key rotation
  keyCallMs: 10_000,
  /** IAM makes a change known everywhere within seconds, "in some cases" longer: https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency */
  iamSettleSeconds: 60,
  /** What does not pass by itself in this time waits for somebody. */
  rotationStepMinutes: 10,
  rotationConnectorsTried: 3,
  rotationWriteTriesMax: 10,
  rotationWritePauseMs: 1_000,
  rotationRetrySeconds: 2,
  rotationTriesMax: 1_000,
  rotationsInFlightPerWorker: 2,
  /** How long a rotation that is over is shown with its base account. */
  rotationShownDays: 7,
  // asset search
  queryDepthMax: 10,
  queryValuesMax: 200,
  /** Each `*` in a LIKE pattern may be retried at every character of the text. */
  queryWildcardsPerValueMax: 5,
  /** Counts are exact up to here and say "at least" above. */
  countMax: 10_000,
  notObservedItemsMax: 100,
  staleItemsMax: 10,
  /** Of the audit log, where it is looked at for what a run did. */
  auditClockSeconds: 30,
  auditEntriesOfRunMax: 50_000,
  sessionsOfRunMax: 10,
  /** Room for the longest name (256 characters of four bytes) as base64url with what surrounds it. */
  cursorCharsMax: 2_048,
  // trust policies
  /** AWS: role trust policy, 2,048 characters by default, 8,192 after a quota increase; white space is not counted. */
  trustPolicyCharsDefault: 2_048,
  trustPolicyCharsMax: 8_192,
  /** What is read at all, white space included: room for an indented policy beyond any that AWS keeps. */
  trustPolicyTextCharsMax: 131_072,
  /** A value of the request that a condition is compared with; AWS's longest is an ARN. */
  conditionValueCharsMax: 2_048,
  retiringHubsMax: 10,
  /** AWS: a CloudFormation template given inline, and attributes of one mapping (CloudFormation quotas). */
  templateBytesMax: 51_200,
  mappingAttributesMax: 200,
  /** An external ID below this can be guessed in time. */
  externalIdWeakChars: 16,
  // hub health
  /** AWS: a managed policy, and all inline policies of a user together; white space is not counted (IAM User Guide, "IAM and AWS STS quotas"). */
  managedPolicyCharsMax: 6_144,
  inlineUserPolicyCharsMax: 2_048,
  /** AWS: the same of a role. */
  inlineRolePolicyCharsMax: 10_240,
  /** AWS: managed policies attached to one user or role, by default and at most after a quota increase; as many groups per user (same page). */
  managedPoliciesPerIdentity: 10,
  managedPoliciesPerIdentityRaised: 20,
  /** AWS names no limit of resources per simulation, but refuses requests that are too large; tools ask for 20 to 100. */
  rolesPerSimulation: 50,
  /** Roles that one health check asks IAM about, those that nothing is proved of first. */
  rolesSimulatedMax: 1_000,
  healthTimeoutMs: 40_000,
  /** Days after which a key is called old; and far too old. */
  keyAgeDaysMax: 90,
  keyAgeDaysFar: 365,
  // alerts
  alertsEverySeconds: 60,
  /** Fewer would alert of each connector whose next run is merely under way. */
  alertIntervalsMin: 2,
  alertIntervalsMax: 100,
  alertIntervalsDefault: 3,
  alertRemindHoursMax: 720,
  alertRemindHoursDefault: 24,
  /** A channel is told that an alert is open again at most so often, whatever happens in between. */
  alertRepeatHours: 6,
  /** Since the last message, before one says that more connectors are concerned. */
  alertUpdateMinutes: 10,
  /** A cause that comes back within this time is the same alert. */
  alertReopenHours: 24,
  /** Polling intervals for which a connector that fails for another cause still counts, so that causes may alternate. */
  alertLingerIntervals: 2,
  /** Connectors that a message names; how many there are, it says in any case. */
  alertConnectorsNamed: 25,
  /** IAM actions in a sentence; all of them are in the cause. */
  alertActionsNamed: 5,
  /** Connectors whose causes one evaluation reads. */
  alertBatchMax: 20_000,
  alertKeptDays: 90,
  alertForgetBatch: 100,
  alertChannelsMax: 50,
  alertUrlCharsMax: 2_048,
  alertSecretCharsMin: 16,
  alertSecretCharsMax: 256,
  alertRecipientsMax: 20,
  /** RFC 5321, 4.5.3.1: a path has at most 256 octets with its brackets; a domain 255. */
  emailAddressCharsMax: 254,
  hostNameCharsMax: 253,
  /** Of one message, from the look-up of the name to the answer. */
  alertSendTimeoutMs: 10_000,
  alertChannelsInFlight: 4,
  alertDeliveriesPerHold: 50,
  /** Longer than one message takes; after it, another worker may deliver. */
  alertHoldSeconds: 60,
  /** After the first failure of a channel, the second, and so on; the last for all further ones. */
  alertRetrySeconds: [30, 60, 120, 300, 600, 1_800],
  alertRetryHours: 24,
  alertAnswerCharsMax: 200,
  // database
  databasePoolMax: 10,
  databaseConnectTimeoutMs: 5_000,
  databaseIdleMs: 30_000,
  databaseKeepAliveMs: 10_000,
  statementTimeoutMs: 30_000,
  /** PostgreSQL's `work_mem`: the thousand assets of a page are just too many for its usual 4 MB. */
  statementWorkMb: 8,
  /** A worker that is frozen between two statements holds its run against the one that is to take it over. */
  idleInTransactionTimeoutMs: 10_000,
  transactionTriesMax: 5,
  /** How long a process waits for another one that is migrating the same database. */
  migrationWaitMs: 600_000,
  // embedded PostgreSQL
  /** Recovery after a crash reads at most max_wal_size (1 GB) of log. */
  embeddedStartMs: 300_000,
  embeddedStartTriesMax: 5,
  embeddedShutdownMs: 15_000,
  embeddedRestartPauseMs: 1_000,
  /** Its shared buffers: PostgreSQL's own 128 MB at least. */
  embeddedBuffersMinMb: 128,
  embeddedBuffersMaxMb: 512,
  // tries of a moving connector's target hub beyond its normal polling
  targetHubTriesPerDayMax: 6,
  /** A roll back brings all runs forward within this time, however many they are. */
  rollBackWithinMs: 30_000,
  /** Of a preview: its probes together, so that its answer comes within `handlerTimeoutMs`; one of them. */
  previewTotalMs: 45_000,
  previewProbeMs: 5_000,
  /** Each has one call under way: at 200 ms a call these are 640 calls a second, about what two hubs may take (`stsCallsPerSecond`). */
  previewConnectorsInFlight: 128,
  /** How many findings are written in one transaction. */
  previewFindingsBatch: 500,
  /** Of a list in a fault's words. */
  namedInFaultMax: 5,
  /** Of a run, for trying the target hub while the current one still works. */
  targetTryMs: 10_000,
  /** How long after a move a connector may go back to the hub before, and that hub's credentials are kept. */
  earlierHubDays: 7,
  /** Between the tries of a role that may have been made or edited a moment ago: a minute in all. */
  roleTryPausesSeconds: [2, 5, 10, 20, 30],
  /** A moving connector's one try more is a whole run, so it waits until a change is most probably known everywhere. */
  movingTrySeconds: 20,
  /** A role's trust policy is read again by a run when it is older. */
  trustPolicyHours: 24,
  /** Of a check, for each question to IAM that its result does not depend on. */
  checkQuestionMs: 2_500,
  /** "Was let in" is written at most this often for a hub that lets a connector in all the time. */
  evidenceEveryMinutes: 15,
} as const;
