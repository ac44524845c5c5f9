import { PageButton } from '../parts/links.tsx';
import { EmptyState } from '../parts/loaded.tsx';
import { Page } from '../shell/page.tsx';

export function NotFound() {
  return (
    <Page title="Not found">
      <EmptyState title="There is no such page" action={<PageButton href="/">Go to the overview</PageButton>}>
        The address may be misspelt, or the page has moved.
      </EmptyState>
    </Page>
  );
}
