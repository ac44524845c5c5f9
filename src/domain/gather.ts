/**
 * Makes one call of many: what is added within `waitMs` of the first goes to `work` together, and so does what comes while
 * `work` is busy, at most `itemsMax` at a time. `work` answers in the order of what it was given; each caller gets the answer
 * about its own item, or what `work` threw. An error for which `oneByOne` says so may be due to one of the items: they are
 * then worked on one after the other, so that it does not harm those that happened to come with it.
 */
export function gather<Item, Answer>(
  work: (items: readonly Item[]) => Promise<readonly Answer[]>,
  { waitMs, itemsMax, oneByOne }: { waitMs: number; itemsMax: number; oneByOne: (error: unknown) => boolean },
): (item: Item) => Promise<Answer> {
  let waiting: Waiting<Item, Answer>[] = [];
  let timer: NodeJS.Timeout | undefined;
  let busy = false;

  async function workOff(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    if (busy) return;
    busy = true;
    while (waiting.length > 0) {
      const batch = waiting.slice(0, itemsMax);
      waiting = waiting.slice(itemsMax);
      await workOn(batch);
    }
    busy = false;
  }

  async function workOn(batch: readonly Waiting<Item, Answer>[]): Promise<void> {
    try {
      const answers = await work(batch.map(({ item }) => item));
      if (answers.length !== batch.length) throw new Error('gathered work answers for each item');
      for (const [place, answer] of answers.entries()) batch[place]?.resolve(answer);
    } catch (error) {
      if (batch.length > 1 && oneByOne(error)) for (const one of batch) await workOn([one]);
      else for (const { reject } of batch) reject(error);
    }
  }

  return item => {
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    waiting.push({ item, resolve, reject });
    if (waiting.length >= itemsMax) void workOff();
    else timer ??= setTimeout(() => void workOff(), waitMs);
    return promise;
  };
}

interface Waiting<Item, Answer> {
  readonly item: Item;
  resolve(answer: Answer): void;
  reject(error: unknown): void;
}
