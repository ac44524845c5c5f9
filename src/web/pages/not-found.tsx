import Header from '@cloudscape-design/components/header';
import { PageButton } from '../parts/links.tsx';
import { Page } from '../shell/page.tsx';

export function NotFound() {
  return (
    <Page title="Not found">
      <Header variant="h1" description="The address may be misspelt, or the page has moved.">
        There is no such page
      </Header>
      <PageButton href="/">Go to the overview</PageButton>
    </Page>
  );
}
