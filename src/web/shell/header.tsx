import TopNavigation from '@cloudscape-design/components/top-navigation';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from 'react-router';
import logo from '../logo.svg';
import { useFollow } from '../parts/links.tsx';
import { PATHS } from '../paths.ts';
import { useChange } from '../queries.ts';
import { useSession } from '../session.tsx';
import { useTheme } from '../theme.ts';

export function Header() {
  const { user } = useSession();
  const { theme, toggle } = useTheme();
  const navigate = useNavigate();
  const follow = useFollow();
  const queryClient = useQueryClient();
  const signOut = useChange('signOut');
  const leave = () =>
    signOut.mutate(
      {},
      {
        onSettled: () => {
          queryClient.clear();
          void navigate('/sign-in');
        },
      },
    );
  return (
    <div id="top" className="causeway-top">
      <TopNavigation
        identity={{
          href: '/',
          title: 'Causeway',
          logo: { src: logo, alt: 'Causeway’s logo' },
          onFollow: event => {
            event.preventDefault();
            void navigate('/');
          },
        }}
        utilities={[
          {
            type: 'button',
            text: theme === 'dark' ? 'Light theme' : 'Dark theme',
            onClick: toggle,
          },
          {
            type: 'menu-dropdown',
            text: user.username,
            title: user.username,
            description: `Role: ${user.role}`,
            iconName: 'user-profile',
            items: [
              { id: 'tokens', text: 'API tokens', href: PATHS.tokens },
              { id: 'password', text: 'Change password', href: PATHS.password },
              { id: 'sign-out', text: 'Sign out' },
            ],
            onItemFollow: follow,
            onItemClick: event => {
              if (event.detail.id === 'sign-out') leave();
            },
          },
        ]}
      />
    </div>
  );
}
