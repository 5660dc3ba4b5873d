import { expect, test } from 'vitest';
import { EVENT_TYPES } from '../../activities/billing/event-types.ts';
import { storyNames, storyOf } from '../support/fake-stripe/stories.ts';
import { createWorld } from '../support/fake-stripe/world.ts';

const NOW = 1_790_000_000;

test('every type that Cairn handles can be sent, and nothing else but a life', () => {
  expect(storyNames().toSorted()).toEqual([...Object.keys(EVENT_TYPES), 'life'].sort());
});

test.each(storyNames())('%s: twice in a row, and from a saved world', (name) => {
  const world = createWorld(NOW);
  const first = (storyOf(world, name, 'walker') ?? []).map((step) => step().type);
  expect(first.at(-1)).toBe(name === 'life' ? 'customer.subscription.deleted' : name);
  const again = createWorld(NOW + 60, 'evt_later', JSON.parse(JSON.stringify(world.save())));
  const [event] = (storyOf(again, name, 'walker') ?? []).map((step) => step()).slice(-1);
  expect(event?.id).toMatch(/^evt_later/);
  expect(again.events).toHaveLength(world.events.length + (storyOf(again, name, 'walker')?.length ?? 0));
});

test('who subscribes has signed up before, and is whose the site says', () => {
  const world = createWorld(NOW);
  const told = (storyOf(world, 'customer.subscription.created', 'walker') ?? []).map((step) => step());
  expect(told.map(({ type }) => type)).toEqual(['customer.created', 'customer.subscription.created']);
  expect(world.find('customer', 'cus_walker')).toMatchObject({ metadata: { cairn_account: 'walker' } });
  storyOf(world, 'customer.deleted', 'walker')?.map((step) => step());
  expect(storyOf(world, 'invoice.paid', 'walker')).toHaveLength(2);
});

test('a story that is none', () => {
  expect(storyOf(createWorld(NOW), 'moon.landed', 'walker')).toBeUndefined();
});
