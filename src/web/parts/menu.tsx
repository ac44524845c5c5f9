import ButtonDropdown, { type ButtonDropdownProps } from '@cloudscape-design/components/button-dropdown';

export interface MenuItem {
  readonly text: string;
  readonly onClick: () => void;
  /** Why it cannot be done now; null when it can. */
  readonly whyNot?: string | null;
}

/** The quick-action menu of a row or a page; an item that cannot be chosen says why. */
export function Menu({
  label,
  items,
  variant = 'inline-icon',
  text,
}: {
  label: string;
  items: readonly MenuItem[];
  variant?: 'inline-icon' | 'normal';
  text?: string;
}) {
  const options: ButtonDropdownProps.Item[] = items.map(item => ({
    id: item.text,
    text: item.text,
    ...(item.whyNot ? { disabled: true, disabledReason: item.whyNot } : {}),
  }));
  return (
    <ButtonDropdown
      variant={variant}
      ariaLabel={label}
      expandToViewport
      items={options}
      onItemClick={event => items.find(item => item.text === event.detail.id)?.onClick()}
    >
      {text}
    </ButtonDropdown>
  );
}
