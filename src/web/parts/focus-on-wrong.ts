import { type RefObject, useEffect, useRef } from 'react';

/**
 * A form's ref that brings the first wrong field into view and focus whenever `tries` or `failure` changes: the button that
 * was pressed stands at the end of a long form, where nobody would see what is wrong at its beginning.
 */
export function useFocusOnWrong(tries: number, failure: Error | null): RefObject<HTMLFormElement | null> {
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (tries > 0 || failure) form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [tries, failure]);
  return form;
}
