import TextFilter from '@cloudscape-design/components/text-filter';
import { useEffect, useState } from 'react';
import { useView } from './view-state.ts';

/** A list's search text, which lives in the URL; what is typed waits until somebody pauses. */
export function SearchFilter({ label, placeholder }: { label: string; placeholder: string }) {
  const { get, set } = useView();
  const search = get('search');
  const [typed, setTyped] = useState(search);
  useEffect(() => {
    if (search === '') setTyped('');
  }, [search]);
  return (
    <TextFilter
      filteringText={typed}
      filteringPlaceholder={placeholder}
      filteringAriaLabel={label}
      onChange={event => setTyped(event.detail.filteringText)}
      onDelayedChange={event => set({ search: event.detail.filteringText })}
    />
  );
}
