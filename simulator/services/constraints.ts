import { AwsError } from '../service.ts';

/** A constraint of AWS's model on one member; `at` is its name as AWS prints it, with a small first letter. */
export interface Constraint {
  at: string;
  value: string | number | undefined;
  required?: boolean;
  /** Characters of a text, or the number itself. */
  min?: number;
  max?: number;
  /** Regular expression that the whole text must fit, as AWS prints it. */
  pattern?: string;
}

/** Throws AWS's ValidationError, which lists every constraint that is not satisfied. */
export function checkConstraints(constraints: readonly Constraint[]): void {
  const errors = constraints.flatMap(constraint => {
    const shown = constraint.value === undefined ? 'null' : `'${constraint.value}'`;
    return broken(constraint).map(
      rule => `Value ${shown} at '${constraint.at}' failed to satisfy constraint: Member must ${rule}`,
    );
  });
  if (errors.length === 0) return;
  throw new AwsError({
    code: 'ValidationError',
    status: 400,
    message: `${errors.length} validation error${errors.length === 1 ? '' : 's'} detected: ${errors.join('; ')}`,
  });
}

function broken({ value, required, min, max, pattern }: Constraint): string[] {
  if (value === undefined) return required ? ['not be null'] : [];
  const rules: string[] = [];
  const [size, what] = typeof value === 'number' ? [value, 'value'] : [value.length, 'length'];
  if (pattern !== undefined && typeof value === 'string' && !new RegExp(`^(?:${pattern})$`).test(value)) {
    rules.push(`satisfy regular expression pattern: ${pattern}`);
  }
  if (min !== undefined && size < min) rules.push(`have ${what} greater than or equal to ${min}`);
  if (max !== undefined && size > max) rules.push(`have ${what} less than or equal to ${max}`);
  return rules;
}
