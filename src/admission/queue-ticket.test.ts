import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { QueueTickets, ticketKeyBytes, ticketRandomBytes } from './queue-ticket.ts';

const tickets = new QueueTickets(randomBytes(ticketKeyBytes));
const lifeMs = 180_000;
const seal = (number: number, viewerId = 'ann', nowMs = 0): string =>
  tickets.seal(number, viewerId, nowMs, randomBytes(ticketRandomBytes));

test('a ticket says its number to us alone, and for the viewer it was made for alone', () => {
  const numbers = fc.integer({ min: 1, max: 2 ** 48 - 1 });
  fc.assert(
    fc.property(numbers, fc.string(), fc.string(), (number, viewerId, other) => {
      const ticket = seal(number, viewerId);
      expect(ticket).toMatch(/^[A-Za-z0-9_-]{51}$/u);
      expect(tickets.open(ticket, viewerId, 0, lifeMs)).toBe(number);
      expect(other === viewerId || tickets.open(ticket, other, 0, lifeMs) === undefined).toBe(true);
    }),
  );
});

test('T17 no other text is a ticket: not one with a character changed, and not one of another start of the server', () => {
  const ticket = seal(7);
  const letters = 'ABab09-_';
  for (let index = 0; index < ticket.length; index += 1) {
    for (const letter of letters) {
      const forged = ticket.slice(0, index) + letter + ticket.slice(index + 1);
      expect(forged === ticket || tickets.open(forged, 'ann', 0, lifeMs) === undefined).toBe(true);
    }
  }
  expect(new QueueTickets(randomBytes(ticketKeyBytes)).open(ticket, 'ann', 0, lifeMs)).toBeUndefined();
  fc.assert(fc.property(fc.string(), (text) => tickets.open(text, 'ann', 0, lifeMs) === undefined));
});

test('a ticket that has not been shown for too long is void', () => {
  expect(tickets.open(seal(7, 'ann', 60_000), 'ann', 240_000, lifeMs)).toBe(7);
  expect(tickets.open(seal(7, 'ann', 60_000), 'ann', 240_001, lifeMs)).toBeUndefined();
});
