import { fault } from './faults.ts';
import { failed, ok, type Result } from './result.ts';

declare const accountIdBrand: unique symbol;

/** An AWS account ID: exactly twelve digits, kept as text because leading zeros count. */
export type AccountId = string & { readonly [accountIdBrand]: true };

export function parseAccountId(text: string, field = 'accountId'): Result<AccountId> {
  if (isAccountId(text)) return ok(text);
  return failed(fault('invalid-account-id', whatIsWrong(text), { field }));
}

export function isAccountId(text: string): text is AccountId {
  return /^\d{12}$/.test(text);
}

function whatIsWrong(text: string): string {
  if (/^\d{4}-\d{4}-\d{4}$/.test(text)) return `"${text}" has hyphens; write ${text.replaceAll('-', '')}.`;
  if (/^\d*$/.test(text)) return `"${text}" has ${text.length} digits instead of twelve.`;
  return `"${text.slice(0, 40)}" has characters other than digits.`;
}
