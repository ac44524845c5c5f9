import type { DocumentType } from '@smithy/types';
import type { Operation } from '../service.ts';

/**
 * The operations of one service by name, each typed by the SDK client's own command of that name, so that
 * `OperationsOf<typeof import('@aws-sdk/client-sts')>` knows that AssumeRole takes a RoleArn and answers Credentials.
 */
export type OperationsOf<Client> = {
  readonly [Name in keyof Client as OperationName<Name>]?: Client[Name] extends CommandClass<infer Input, infer Output>
    ? Operation<Input, Answer<Omit<Output, '$metadata'>>>
    : never;
};

/** What an operation may answer where the SDK gives a date: the date, or its ISO-8601 text. */
export type Answer<T> = DocumentType extends T
  ? T
  : T extends Date
    ? Date | string
    : T extends Uint8Array | string | number | boolean | undefined
      ? T
      : T extends object
        ? { [K in keyof T]: Answer<T[K]> }
        : T;

type OperationName<Name> = Name extends '$Command'
  ? never
  : Name extends `${infer Operation}Command`
    ? Operation
    : never;

interface CommandClass<Input, Output> {
  new (
    input: never,
  ): {
    readonly input: Input;
    resolveMiddleware(...parts: never): (...request: never) => Promise<{ output: Output }>;
  };
}
