import fc from 'fast-check';

/**
 * A story: what happens to a few accounts and the connectors that read them, as plain data. Nothing is drawn while it is
 * played, so that a story that found something can be made smaller and be played again. Indices stand for names: a step
 * that has no meaning where it stands (deleting what is not there) does nothing, so every part of a story is a story.
 */
export interface Story {
  /** Up to four. */
  readonly connectors: readonly { readonly account: number; readonly regions: RegionChoice }[];
  readonly start: readonly Change[];
  readonly steps: readonly Step[];
}

export const ACCOUNTS = 2;
/** The last has to be opted into. */
export const REGIONS = ['us-east-1', 'eu-west-1', 'ap-east-1'] as const;
export const KINDS = ['instance', 'vpc', 'queue', 'group'] as const;
export type Kind = (typeof KINDS)[number];
/** How many of a kind a region has at most. Instances need three pages of five. */
export const SLOTS: Readonly<Record<Kind, number>> = { instance: 13, vpc: 3, queue: 2, group: 3 };

/** A list of regions by index; null: every region that the account has. */
export type RegionChoice = readonly number[] | null;

/** To the resources of a kind in a region, by slot: a slot's id or name is the same whenever it is made. */
export interface Change {
  readonly account: number;
  readonly region: number;
  readonly kind: Kind;
  readonly what: 'create' | 'delete' | 'retag';
  readonly slots: readonly number[];
}

export type Step =
  | { readonly do: 'change'; readonly changes: readonly Change[] }
  | AttemptStep
  | EditStep
  | { readonly do: 'account'; readonly account: number; readonly what: AccountChange }
  | { readonly do: 'clock'; readonly worker: number; readonly minutes: number }
  /** A frozen worker goes on. */
  | { readonly do: 'thaw'; readonly worker: number };

/** Makes the connector again if it was deleted. */
export interface EditStep {
  readonly do: 'edit';
  readonly connector: number;
  readonly what: 'disable' | 'enable' | 'delete, keeping assets' | 'delete, with assets' | 're-point' | 'regions';
  readonly regions: RegionChoice;
}

export function deletesAssets({ what }: EditStep): boolean {
  return what === 'delete, with assets';
}

export type AccountChange = 'leave' | 'return' | 'recreate roles' | 'end sessions' | 'opt in' | 'opt out';

/** One attempt of a worker at the connector's run: at the one that was left unfinished, or a new one. */
export interface AttemptStep {
  readonly do: 'attempt';
  readonly connector: number;
  readonly worker: number;
  /** Whether a person asks for the run, if it is a new one, or the schedule. */
  readonly asked: boolean;
  /** Of each call to AWS. */
  readonly tries: number;
  readonly troubles: readonly Trouble[];
  readonly meanwhile: readonly Meanwhile[];
  readonly end: AttemptEnd;
}

export type Listed = Kind | 'details' | 'regions' | 'assume-role';

export interface Trouble {
  readonly on: Listed;
  /** null: in every region. */
  readonly region: number | null;
  readonly effect: TroubleKind;
  /** The first of these calls that it strikes, and how many from there on. */
  readonly from: number;
  readonly times: number;
}

export const TROUBLES = [
  'deny-identity',
  'deny-scp',
  'throttle',
  'internal',
  'unavailable',
  'drop',
  'drop-answer',
  'truncate',
  'region-off',
  'expired-token',
  'hang',
  'empty-page',
  'repeat-token',
] as const;
export type TroubleKind = (typeof TROUBLES)[number];

/** Something that happens just before AWS answers a certain call. */
export interface Meanwhile {
  readonly on: Listed;
  readonly region: number;
  readonly call: number;
  readonly what:
    | { readonly do: 'change'; readonly changes: readonly Change[] }
    | { readonly do: 'clock'; readonly minutes: number }
    | EditStep
    | { readonly do: 'account'; readonly account: number; readonly what: AccountChange };
}

export type AttemptEnd =
  | { readonly how: 'by itself' }
  /** The process ends at its nth statement: before it reaches the database, or before its answer comes. */
  | { readonly how: 'killed' | 'connection lost'; readonly statement: number; readonly answered: boolean }
  /** Asked to stop at the nth call to AWS. */
  | { readonly how: 'stopped'; readonly call: number }
  /** Stands still when it wants its nth connection to the database, until thawed. */
  | { readonly how: 'frozen'; readonly connection: number };

const slots = (kind: Kind) =>
  fc.uniqueArray(fc.nat({ max: SLOTS[kind] - 1 }), { minLength: 1, maxLength: SLOTS[kind] });
// Much happens in one place, so that it meets.
const account = fc.constantFrom(0, 0, 1);
const region = fc.constantFrom(0, 0, 0, 1, 1, 2);
const connector = fc.constantFrom(0, 0, 0, 1, 1, 2, 3);
const worker = fc.nat({ max: 1 });
const minutes = fc.oneof(fc.integer({ min: -4_000, max: 4_000 }), fc.integer({ min: -10, max: 10 }));

const regionChoice: fc.Arbitrary<RegionChoice> = fc.oneof(
  { weight: 9, arbitrary: fc.uniqueArray(region, { minLength: 1, maxLength: REGIONS.length }) },
  { weight: 3, arbitrary: fc.constant(null) },
);

const change: fc.Arbitrary<Change> = fc.constantFrom(...KINDS).chain(kind =>
  fc.record({
    account,
    region,
    kind: fc.constant(kind),
    what: fc.constantFrom('create', 'create', 'delete', 'delete', 'retag'),
    slots: slots(kind),
  }),
);
const changes = fc.array(change, { minLength: 1, maxLength: 5 });

const start: fc.Arbitrary<readonly Change[]> = fc
  .array(
    fc.record({
      account,
      region,
      instance: slots('instance'),
      vpc: slots('vpc'),
      queue: slots('queue'),
      group: slots('group'),
    }),
    { minLength: 1, maxLength: 4 },
  )
  .map(places =>
    places.flatMap(place =>
      KINDS.map(kind => ({ ...place, kind, what: 'create' as const, slots: place[kind] })).map(
        ({ account, region, kind, what, slots }) => ({ account, region, kind, what, slots }),
      ),
    ),
  );

const listed: fc.Arbitrary<Listed> = fc.oneof(
  { weight: 9, arbitrary: fc.constantFrom(...KINDS, 'instance' as const) },
  { weight: 3, arbitrary: fc.constant('details' as const) },
  { weight: 1, arbitrary: fc.constant('regions' as const) },
);

const trouble: fc.Arbitrary<Trouble> = fc.oneof(
  {
    weight: 15,
    arbitrary: fc.record({
      on: listed,
      region: fc.option(region, { freq: 3 }),
      effect: fc.oneof(
        { weight: 12, arbitrary: fc.constantFrom(...TROUBLES.filter(kind => kind !== 'hang')) },
        { weight: 1, arbitrary: fc.constant('hang' as const) },
      ),
      from: fc.integer({ min: 1, max: 3 }),
      times: fc.constantFrom(1, 1, 2, 99),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      on: fc.constant('assume-role' as const),
      region: fc.constant(null),
      effect: fc.constantFrom('deny-scp' as const, 'throttle' as const),
      from: fc.constant(1),
      times: fc.constant(1),
    }),
  },
);

const edit: fc.Arbitrary<EditStep> = fc.record({
  do: fc.constant('edit'),
  connector,
  what: fc.constantFrom(
    'disable',
    'enable',
    'enable',
    'delete, keeping assets',
    'delete, with assets',
    're-point',
    'regions',
    'regions',
  ),
  regions: regionChoice,
});

const accountChange = fc.record({
  do: fc.constant('account' as const),
  account,
  what: fc.constantFrom(
    'leave',
    'return',
    'recreate roles',
    'end sessions',
    'opt in',
    'opt out',
  ) satisfies fc.Arbitrary<AccountChange>,
});

const meanwhile: fc.Arbitrary<Meanwhile> = fc.record({
  on: listed,
  region,
  call: fc.integer({ min: 1, max: 3 }),
  what: fc.oneof(
    { weight: 8, arbitrary: fc.record({ do: fc.constant('change' as const), changes }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('clock' as const), minutes }) },
    { weight: 1, arbitrary: edit },
    { weight: 1, arbitrary: accountChange },
  ),
});

const end: fc.Arbitrary<AttemptEnd> = fc.oneof(
  { weight: 8, arbitrary: fc.constant({ how: 'by itself' as const }) },
  {
    weight: 3,
    arbitrary: fc.record({
      how: fc.constantFrom('killed' as const, 'connection lost' as const),
      statement: fc.oneof(fc.integer({ min: 1, max: 25 }), fc.integer({ min: 1, max: 120 })),
      answered: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ how: fc.constant('stopped' as const), call: fc.integer({ min: 1, max: 20 }) }) },
  {
    weight: 2,
    arbitrary: fc.record({ how: fc.constant('frozen' as const), connection: fc.integer({ min: 1, max: 40 }) }),
  },
);

const attempt: fc.Arbitrary<AttemptStep> = fc.record({
  do: fc.constant('attempt'),
  connector,
  worker,
  asked: fc.boolean(),
  tries: fc.constantFrom(1, 1, 1, 2),
  troubles: fc.oneof(
    { weight: 1, arbitrary: fc.constant([]) },
    { weight: 3, arbitrary: fc.array(trouble, { minLength: 1, maxLength: 6 }) },
  ),
  meanwhile: fc.oneof(
    { weight: 2, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.array(meanwhile, { minLength: 1, maxLength: 3 }) },
  ),
  end,
});

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 10, arbitrary: attempt },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('change' as const), changes }) },
  { weight: 2, arbitrary: edit },
  { weight: 1, arbitrary: accountChange },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('clock' as const), worker, minutes }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('thaw' as const), worker }) },
);

export const stories: fc.Arbitrary<Story> = fc.record({
  connectors: fc.array(fc.record({ account, regions: regionChoice }), { minLength: 2, maxLength: 4 }),
  start,
  steps: fc.array(step, { minLength: 6, maxLength: 20, size: 'max' }),
});
