import type { Tag } from '@aws-sdk/client-ec2';
import type { Prng } from './prng.ts';

const ENVIRONMENTS = ['production', 'staging', 'development', 'test', 'sandbox'] as const;
const APPLICATIONS = [
  'shop',
  'checkout',
  'search',
  'billing',
  'reports',
  'login',
  'catalogue',
  'mail',
  'etl',
  'ci',
] as const;
const TIERS = ['web', 'app', 'db', 'cache', 'worker', 'bastion', 'proxy'] as const;
const TEAMS = ['platform', 'payments', 'data', 'security', 'web', 'mobile'] as const;

export interface TagPlan {
  /** Value of the tag Environment. */
  environment?: string;
  /** Tags that every instance of the account has. */
  fixed?: readonly Tag[];
}

/**
 * Tags as people leave them: mostly orderly, some machines' own, some missing, some hard to read. Names repeat, since
 * nothing in AWS makes them unique.
 */
export function makeTags(prng: Prng, plan: TagPlan = {}): Tag[] {
  if (prng.chance(0.03)) return [];
  const application = prng.pick(APPLICATIONS);
  const tier = prng.pick(TIERS);
  const environment = plan.environment ?? prng.pick(ENVIRONMENTS);
  const tags: Tag[] = [];
  const add = (Key: string, Value: string) => tags.push({ Key, Value });
  if (prng.chance(0.92)) add('Name', `${application}-${tier}-${String(prng.int(1, 12)).padStart(2, '0')}`);
  if (prng.chance(0.9)) add('Environment', environment);
  if (prng.chance(0.7)) add('Owner', `${prng.pick(TEAMS)}@example.com`);
  if (prng.chance(0.6)) add('CostCenter', String(prng.int(1000, 1040)));
  if (prng.chance(0.5)) add('Application', application);
  if (prng.chance(0.15)) {
    add('aws:autoscaling:groupName', `${application}-${tier}-asg`);
    add('aws:ec2launchtemplate:version', String(prng.int(1, 40)));
  }
  if (prng.chance(0.1)) {
    add(`kubernetes.io/cluster/${environment}`, 'owned');
    add('eks:nodegroup-name', `${application}-nodes`);
  }
  if (prng.chance(0.12)) add('aws:cloudformation:stack-name', `${application}-${environment}`);
  tags.push(...(plan.fixed ?? []));
  if (prng.chance(0.04)) addUnlessThere(tags, prng.pick(AWKWARD_TAGS));
  if (prng.chance(0.004)) fillUp(tags);
  return tags;
}

/** What breaks parsers, search fields and spreadsheets. */
export const AWKWARD_TAGS: readonly { Key: string; Value: string }[] = [
  { Key: 'Empty', Value: '' },
  { Key: 'Markup', Value: `<b>"bold" & 'quoted'</b>` },
  { Key: 'Beschreibung', Value: 'Prüfstand für Größen, Zürich' },
  { Key: '所有者', Value: '東京インフラチーム' },
  { Key: 'Emoji', Value: 'rocket 🚀 and family 👩‍👩‍👧' },
  { Key: 'Right to left', Value: 'שלום עולם' },
  { Key: 'billing:team/sub team', Value: 'a:b/c d' },
  { Key: 'Formula', Value: '=1+1' },
  { Key: 'Spaces', Value: '  leading and trailing  ' },
  { Key: 'Path', Value: 'C:\\Program Files\\App\\' },
  { Key: 'Json', Value: '{"a": [1, 2], "b": "x=y"}' },
  { Key: 'Percent', Value: '100%25 + a&b=c;d' },
  { Key: 'Long', Value: 'x'.repeat(256) },
  { Key: 'K'.repeat(128), Value: 'longest key' },
  { Key: 'name', Value: 'not the Name' },
];

function addUnlessThere(tags: Tag[], tag: Tag): void {
  if (!tags.some(({ Key }) => Key === tag.Key)) tags.push({ ...tag });
}

/** EC2 takes up to fifty tags of the user's on a resource; those that begin with aws: do not count. */
function fillUp(tags: Tag[]): void {
  const own = tags.filter(({ Key }) => !Key?.startsWith('aws:')).length;
  for (let i = own; i < 50; i += 1) tags.push({ Key: `label-${String(i).padStart(2, '0')}`, Value: `value ${i}` });
}
