/**
 * Does `work` for each item, at most `limit` at a time, and waits for all of them to end. After the first exception no
 * further item is begun; it is thrown when those under way have ended, so that nothing goes on behind the caller's back.
 */
export async function inParallel<Item>(
  items: Iterable<Item> | AsyncIterable<Item>,
  { limit }: { limit: number },
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const queue = Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
  let broken = false;
  const lane = async () => {
    for (let next = await queue.next(); !next.done && !broken; next = await queue.next()) {
      await work(next.value).catch((error: unknown) => {
        broken = true;
        throw error;
      });
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: limit }, lane));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
}
