/**
 * Calls in flight. There are only so many at a time in a process, and who has many to make waits for those who have few:
 * slots are handed out to the runs in turn, not to the calls in the order in which they came. So an account with half a
 * million assets, hundreds of whose calls are always waiting, takes no more of them than one that has a single call to make.
 */
export interface Slots {
  /**
   * Waits for a slot, or for several at once for a call whose answer is big. Answers what gives them back, once; undefined
   * when `stop` was aborted before.
   */
  take(request: SlotRequest): Promise<(() => void) | undefined>;
  inFlight(): number;
}

export interface SlotRequest {
  /** Whose turn it is then: a run. */
  readonly of: string;
  /** How many of the slots; at most all of them. */
  readonly weight: number;
  readonly stop: AbortSignal;
}

interface Waiter {
  readonly weight: number;
  go(): void;
}

export function createSlots(total: number): Slots {
  let free = total;
  // In the order of their turns: who got a slot goes to the end.
  const waiting = new Map<string, Set<Waiter>>();
  return {
    async take({ of, weight: asked, stop }) {
      const weight = Math.min(asked, total);
      if (stop.aborted) return undefined;
      if (waiting.size > 0 || weight > free) {
        const got = await turn({ of, weight, stop });
        if (!got) return undefined;
      } else free -= weight;
      let given = true;
      return () => {
        if (!given) return;
        given = false;
        free += weight;
        handOut();
      };
    },
    inFlight: () => total - free,
  };

  function turn({ of, weight, stop }: SlotRequest): Promise<boolean> {
    return new Promise(resolve => {
      const waiter = {
        weight,
        go() {
          stop.removeEventListener('abort', leave);
          resolve(true);
        },
      };
      const leave = () => {
        remove(of, waiter);
        resolve(false);
        // It may have been the one that the others waited behind.
        handOut();
      };
      stop.addEventListener('abort', leave, { once: true });
      const own = waiting.get(of) ?? new Set();
      own.add(waiter);
      waiting.set(of, own);
    });
  }

  function handOut(): void {
    for (const [of, own] of waiting) {
      const [next] = own;
      // A big call waits until enough is free, and the others behind it: else small ones would keep it waiting for ever.
      if (!next || next.weight > free) return;
      free -= next.weight;
      remove(of, next);
      const rest = waiting.get(of);
      if (rest) {
        waiting.delete(of);
        waiting.set(of, rest);
      }
      next.go();
    }
  }

  function remove(of: string, waiter: Waiter): void {
    const own = waiting.get(of);
    own?.delete(waiter);
    if (own?.size === 0) waiting.delete(of);
  }
}
