import { printable } from './text.ts';

/** How a command ends. The codes are documented in docs/cli.md. */
export const EXIT = {
  ok: 0,
  failure: 1,
  usage: 2,
  notSignedIn: 3,
  notFound: 4,
  conflict: 5,
  unreachable: 6,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** What a command answers: for people and, with --json, for programs. */
export interface Answer {
  readonly text: string;
  readonly json: unknown;
  readonly exitCode?: ExitCode;
}

/** Why a command did not do what was asked; the API's words where the API said so. */
export interface Failure {
  readonly exitCode: ExitCode;
  readonly title: string;
  readonly detail: string;
  readonly remedy: string;
  readonly code?: string;
  readonly field?: string;
  readonly errors?: readonly { readonly field: string; readonly detail: string; readonly remedy: string }[];
  readonly aws?: {
    readonly service: string;
    readonly operation: string;
    readonly name: string;
    readonly message?: string | undefined;
    readonly requestId?: string | undefined;
  };
  readonly requestId?: string;
}

export type Outcome<T = Answer> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly failure: Failure };

export function answer(text: string, json: unknown, exitCode: ExitCode = EXIT.ok): Outcome {
  return { ok: true, value: { text, json, exitCode } };
}

export function refuse(failure: Failure): { readonly ok: false; readonly failure: Failure } {
  return { ok: false, failure };
}

export function usage(detail: string, remedy: string) {
  return refuse({ exitCode: EXIT.usage, title: 'The command cannot be run as written', detail, remedy });
}

/** A failure as lines for people: what happened, what to do, and what AWS support will ask for. */
export function failureText({ title, detail, remedy, field, errors, aws, requestId }: Failure): string {
  const others = (errors ?? []).filter(error => error.field !== field);
  return [
    `${title}: ${detail}`,
    ...(field ? [`  Field: ${field}`] : []),
    `  What to do: ${remedy}`,
    ...others.map(error => `  Also ${error.field}: ${error.detail} ${error.remedy}`),
    ...(aws
      ? [`  AWS: ${aws.service} ${aws.operation} answered ${aws.name}${aws.message ? ` (${aws.message})` : ''}`]
      : []),
    ...(aws?.requestId ? [`  AWS request id: ${aws.requestId}`] : []),
    ...(requestId ? [`  Request id: ${requestId}`] : []),
  ]
    .map(printable)
    .join('\n');
}
