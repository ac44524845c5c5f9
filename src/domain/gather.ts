/**
 * Makes one call of many: what is added within `waitMs` of the first goes to `work` together, and so does what comes while
 * `work` is busy, at most `itemsMax` at a time. `work` answers in the order of what it was given; each caller gets the answer
 * about its own item, or what `work` threw.
 */
export function gather<Item, Answer>(
  work: (items: readonly Item[]) => Promise<readonly Answer[]>,
  { waitMs, itemsMax }: { waitMs: number; itemsMax: number },
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
      try {
        const answers = await work(batch.map(({ item }) => item));
        if (answers.length !== batch.length) throw new Error('gathered work answers for each item');
        for (const [place, answer] of answers.entries()) batch[place]?.resolve(answer);
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    busy = false;
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
