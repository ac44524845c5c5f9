/**
 * Ids that EC2 makes up for what it creates, such as `i-0a1b2c3d4e5f60001`: what it is, and 17 hex digits, or 8 where it is
 * older than 2018. Three letters inside of one say nothing, so nobody wants to find it by them.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/resource-ids.html
 *
 * An id with another prefix is taken for any other text; only its place in an index is dearer. None may leave the list:
 * what is stored relies on it.
 */
const PREFIXES = [
  'acl',
  'ami',
  'eipalloc',
  'eni',
  'i',
  'igw',
  'rtb',
  'sg',
  'snap',
  'subnet',
  'vgw',
  'vol',
  'vpc',
  'vpce',
  'vpce-svc',
] as const;

/** As a regular expression that means the same in JavaScript and in PostgreSQL. */
export const AWS_ID = idForm(PREFIXES);

/** Of what belongs to one other resource, as an interface to its instance: hardly two assets have the same in a field. */
export const UNIQUE_ID = idForm(['eni', 'i']);

const [AWS_ID_FORM, UNIQUE_ID_FORM] = [new RegExp(AWS_ID), new RegExp(UNIQUE_ID)];

export function isAwsId(text: string): boolean {
  return AWS_ID_FORM.test(text);
}

export function isUniqueId(text: string): boolean {
  return (text.startsWith('i-') || text.startsWith('eni-')) && UNIQUE_ID_FORM.test(text);
}

/** The ids that a text in lower case means as a whole: itself, or all of which it is the digits. */
export function idsMeant(text: string): string[] {
  return [text, ...PREFIXES.map(prefix => `${prefix}-${text}`)].filter(isAwsId);
}

/** Whether a text in lower case may be a part of an id. Never wrongly false. */
export function mayBeInId(text: string): boolean {
  const digits = text.lastIndexOf('-') + 1;
  const isNumber = /^[0-9a-f]*$/.test(text.slice(digits));
  return PREFIXES.some(prefix => prefix.includes(text) || (isNumber && `${prefix}-`.endsWith(text.slice(0, digits))));
}

function idForm(prefixes: readonly string[]): string {
  return `^(?:${prefixes.join('|')})-(?:[0-9a-f]{17}|[0-9a-f]{8})$`;
}
