import Button, { type ButtonProps } from '@cloudscape-design/components/button';
import Link, { type LinkProps } from '@cloudscape-design/components/link';
import { useCallback } from 'react';
import { useNavigate } from 'react-router';

interface Followed {
  readonly detail: { readonly href?: string | undefined; readonly external?: boolean | undefined };
  preventDefault(): void;
}

/** For onFollow of anything with links: stays inside the application instead of loading the page anew. */
export function useFollow(): (event: Followed) => void {
  const navigate = useNavigate();
  return useCallback(
    event => {
      const { href, external } = event.detail;
      if (external || !href?.startsWith('/')) return;
      event.preventDefault();
      void navigate(href);
    },
    [navigate],
  );
}

export function PageLink(props: LinkProps & { readonly href: string }) {
  return <Link {...props} onFollow={useFollow()} />;
}

export function PageButton(props: ButtonProps & { readonly href: string }) {
  return <Button {...props} onFollow={useFollow()} />;
}
