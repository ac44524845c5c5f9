import { fault } from '../domain/faults.ts';
import { LIMITS } from '../domain/limits.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import type { AwsCalls, ListedPage, Listing } from './define.ts';
import { giveBackOf, type RawPath, unchangedOf } from './raw.ts';
import { actionOf, type InputOf, type OperationOf, type OutputOf, type ServiceName } from './services.ts';

/**
 * How a type is listed: an operation, what it is asked for each page, and where its answer has the items and the token of
 * the next page. Ask for pages as large as AWS gives them: fewer calls, and the larger bucket of requests where a service
 * has two (EC2 developer guide, "Request throttling").
 */
export function listing<Service extends ServiceName, Operation extends OperationOf<Service>, Item>(
  service: Service,
  operation: Operation,
  how: {
    /** For the first page the token is undefined. */
    readonly input: (token: string | undefined) => InputOf<Service, Operation>;
    /** Absent for an operation that answers everything at once. */
    readonly next?: (answer: OutputOf<Service, Operation>) => string | undefined;
    /** An empty list where AWS leaves it out when there is nothing to list; undefined otherwise is no answer. */
    readonly items: (answer: OutputOf<Service, Operation>) => readonly Item[] | undefined;
    /** Where the items are, if they can be compared by their bytes: of EC2's listings, unless they have details. */
    readonly raw?: RawPath;
    /** The IAM action, where it is not named as the operation. */
    readonly action?: string;
    /** Less than the limit only in tests of it. */
    readonly pagesMax?: number;
  },
): Listing<Item> {
  const { input, next, items, raw, action = actionOf(service, operation), pagesMax = LIMITS.pagesPerScopeMax } = how;
  return {
    service,
    operation,
    action,
    ...(raw ? { raw } : {}),
    pages: (calls, isKnown) => {
      const options = { action, ...(raw && isKnown ? { raw: { path: raw, isKnown } } : {}) };
      return pages(token => calls(service, operation, input(token), options), { operation, pagesMax });
    },
  };

  /**
   * A page may be empty and still have a token; some services end a listing with an empty token instead of none. A listing
   * that gives a token twice or passes `pagesMax` ends with a fault; so does an answer without the list, even an empty one:
   * a proxy's page or a body that got lost says nothing about what is there.
   */
  async function* pages(
    ask: (token: string | undefined) => Promise<Result<OutputOf<Service, Operation>>>,
    limit: { operation: string; pagesMax: number },
  ): AsyncGenerator<Result<ListedPage<Item>>, void, void> {
    const tokens = new Set<string>();
    let token: string | undefined;
    for (let page = 1; page <= limit.pagesMax; page += 1) {
      const read = await ask(token).then(answer => readAnswer(answer, { items, next }));
      if (!read.ok) {
        yield read;
        return;
      }
      const { listed, giveBack } = read.value;
      try {
        if (!listed) {
          yield failed(
            fault('incomplete-answer', `${limit.operation} was answered without its list, on page ${page}.`),
          );
          return;
        }
        yield ok(listed);
      } finally {
        giveBack();
      }
      token = read.value.token;
      if (token === undefined) return;
      if (tokens.has(token)) {
        yield failed(fault('too-many-pages', `${limit.operation} gave the same page token twice, on page ${page}.`));
        return;
      }
      tokens.add(token);
    }
    yield failed(fault('too-many-pages', `${limit.operation} went on after ${limit.pagesMax} pages.`));
  }
}

/** What is needed of an answer until its page is written: the groups that its items were in, say, are not. */
function readAnswer<Answer, Item>(
  answer: Result<Answer>,
  {
    items,
    next,
  }: {
    items: (answer: Answer) => readonly Item[] | undefined;
    next: ((answer: Answer) => string | undefined) | undefined;
  },
) {
  if (!answer.ok) return answer;
  const { value } = answer;
  const giveBack = giveBackOf(value);
  try {
    const list = items(value);
    const listed = list && { items: list, unchanged: unchangedOf(value) };
    return ok({ listed, token: next?.(value) || undefined, giveBack });
  } catch (error) {
    giveBack();
    throw error;
  }
}

/**
 * A listing whose operation wants a parent, as node groups want a cluster: `parents` is read, and `children` of each. A
 * parent that vanished meanwhile is no fault, and has no children.
 */
export function listingWithin<Parent, Item>(
  parents: Listing<Parent>,
  children: (parent: Parent) => Listing<Item>,
  /** Any parent will do: names the operation of the children. */
  example: Parent,
): Listing<Item> {
  const { service, operation, action } = children(example);
  return {
    service,
    operation,
    action,
    parent: parents,
    async *pages(calls: AwsCalls) {
      for await (const page of parents.pages(calls)) {
        if (!page.ok) {
          yield page;
          return;
        }
        for (const parent of page.value.items) {
          for await (const items of children(parent).pages(calls)) {
            if (!items.ok && items.fault.code === 'aws-not-found') break;
            yield items;
            if (!items.ok) return;
          }
        }
      }
    },
  };
}
