import { describe, expect, it } from 'vitest';
import { foldAnswer, normalisePictureAnswer } from './captcha-answer.ts';
import { type Asked, Challenges, type Picture } from './challenge.ts';
import { KeyedPace } from './keyed-pace.ts';

const minute = 60_000;
const png = Uint8Array.of(1);
const anna = { viewerId: 'anna', circuitId: 1 };
let drawn = 0;

function random(): Uint8Array {
  drawn += 1;
  return Uint8Array.from({ length: 12 }, (_, index) => (drawn >> (8 * (index % 4))) & 255);
}

function take(answer = 'ACEHK'): () => Picture {
  return () => ({ answer, png });
}

function fresh(): Challenges {
  return new Challenges(Buffer.alloc(32, 1));
}

const answerPicture = (challenges: Challenges, name: string, picture: string, asked: Asked, nowMs: number) =>
  challenges.answer({ name, picture }, { picture: true }, asked, nowMs);

const answerQuestion = (challenges: Challenges, question: string, accepted: string[], asked: Asked, nowMs: number) =>
  challenges.answer({ question }, { picture: false, accepted }, asked, nowMs);

/** A picture that this viewer has been shown. */
function shownTo(challenges: Challenges, viewerId = 'anna', nowMs = 0, circuitId = 1): string {
  const name = challenges.name(viewerId, nowMs, random());
  expect(challenges.show(name, { viewerId, circuitId }, take(), nowMs).kind).toBe('shown');
  return name;
}

describe('T12 a challenge', () => {
  it('is passed with the right answer, whatever the case, the spaces and the keyboard', () => {
    for (const typed of ['ACEHK', 'acehk', '  aCe hk ', 'ＡＣＥＨＫ', 'АСЕНК', 'äcehk', '4GFHK']) {
      const challenges = fresh();
      expect(answerPicture(challenges, shownTo(challenges), typed, anna, 0)).toBeUndefined();
    }
  });

  it('is burnt by any attempt, right or wrong', () => {
    const challenges = fresh();
    const [right, wrong] = [shownTo(challenges), shownTo(challenges)];
    expect(answerPicture(challenges, right, 'ACEHK', anna, 0)).toBeUndefined();
    expect(answerPicture(challenges, right, 'ACEHK', anna, 0)).toEqual({ rule: 'captcha-expired' });
    expect(challenges.show(right, anna, take(), 0)).toEqual({ kind: 'gone' });
    expect(answerPicture(challenges, wrong, 'XXXXX', anna, minute)).toEqual({ rule: 'captcha-wrong' });
    expect(answerPicture(challenges, wrong, 'ACEHK', anna, minute)).toEqual({ rule: 'captcha-expired' });
  });

  it('is worth nothing to anybody else', () => {
    const challenges = fresh();
    const name = shownTo(challenges);
    const bert = { viewerId: 'bert', circuitId: 2 };
    expect(challenges.show(name, bert, take(), 0)).toEqual({ kind: 'gone' });
    expect(answerPicture(challenges, name, 'ACEHK', bert, 0)).toEqual({ rule: 'captcha-expired' });
    expect(answerPicture(challenges, name, 'ACEHK', anna, 0)).toBeUndefined();
  });

  it('lives for three minutes', () => {
    const challenges = fresh();
    const [early, late] = [shownTo(challenges), shownTo(challenges)];
    expect(answerPicture(challenges, early, 'ACEHK', anna, 3 * minute - 1)).toBeUndefined();
    expect(answerPicture(challenges, late, 'ACEHK', anna, 3 * minute)).toEqual({ rule: 'captcha-expired' });
    expect(challenges.show(late, anna, take(), 3 * minute)).toEqual({ kind: 'gone' });
    expect(challenges.size).toBe(0);
  });

  it('that nobody has looked at is worth nothing, and costs no memory', () => {
    const challenges = fresh();
    for (let count = 0; count < 2000; count += 1) challenges.name(`viewer ${count}`, 0, random());
    expect(challenges.size).toBe(0);
    expect(answerPicture(challenges, challenges.name('anna', 0, random()), 'ACEHK', anna, 0)).toEqual({
      rule: 'captcha-expired',
    });
  });

  it('with a name that was not made here is gone', () => {
    const challenges = fresh();
    const name = shownTo(challenges);
    const forged = [
      '',
      'x',
      `${name}A`,
      name.slice(1),
      name.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')),
      new Challenges(Buffer.alloc(32, 2)).name('anna', 0, random()),
      '../../../../etc/passwd',
      'A'.repeat(43),
    ];
    for (const each of forged) expect(challenges.show(each, anna, take(), 0)).toEqual({ kind: 'gone' });
  });

  it('is asked for when there is no answer, without an attempt being lost', () => {
    const challenges = fresh();
    const name = shownTo(challenges);
    for (let count = 0; count < 10; count += 1) {
      expect(answerPicture(challenges, name, ' ', anna, 0)).toEqual({ rule: 'captcha-needed' });
    }
    expect(answerPicture(challenges, name, 'ACEHK', anna, 0)).toBeUndefined();
  });

  it('is not solved by a huge answer that begins right', () => {
    const challenges = fresh();
    expect(answerPicture(challenges, shownTo(challenges), `ACEHK${' '.repeat(10_000)}`, anna, 0)).toEqual({
      rule: 'captcha-wrong',
    });
  });
});

describe('T12 attempts', () => {
  it('are looked at three times a minute, for a viewer and for a circuit, and none of the others burns or counts', () => {
    const challenges = fresh();
    let evaluated = 0;
    for (let count = 0; count < 100; count += 1) {
      const viewer = { viewerId: `viewer ${count}`, circuitId: 7 };
      const name = challenges.name(viewer.viewerId, 0, random());
      const refusal = answerPicture(challenges, name, 'XXXXX', viewer, count);
      if (refusal?.rule !== 'captcha-too-often') evaluated += 1;
      else expect(refusal.waitMs).toBe(minute - count);
    }
    expect(evaluated).toBe(3);
    const name = shownTo(challenges, 'anna', minute, 7);
    expect(answerPicture(challenges, name, 'ACEHK', { viewerId: 'anna', circuitId: 7 }, minute)).toBeUndefined();
  });

  it('of one viewer are as few when the circuit changes each time', () => {
    const challenges = fresh();
    const rules = Array.from({ length: 10 }, (_, circuitId) => {
      const asked = { viewerId: 'anna', circuitId };
      return answerQuestion(challenges, 'no', ['yes'], asked, 0)?.rule;
    });
    expect(rules.filter((rule) => rule === 'captcha-wrong')).toHaveLength(3);
  });

  it('of all together are bounded', () => {
    const challenges = fresh();
    const asked = (index: number) => ({ viewerId: `v${index}`, circuitId: index });
    for (let index = 0; index < 600; index += 1) expect(challenges.attempt(asked(index), 0)).toBeUndefined();
    expect(challenges.attempt(asked(600), 0)).toEqual({ rule: 'captcha-too-often', waitMs: minute });
  });
});

describe('pictures', () => {
  it('are shown ten times a minute to one viewer, and the same one again without counting', () => {
    const challenges = fresh();
    const names = Array.from({ length: 100 }, () => challenges.name('anna', 0, random()));
    const kinds = names.map((name) => challenges.show(name, anna, take(), 0).kind);
    expect(kinds.filter((kind) => kind === 'shown')).toHaveLength(10);
    expect(challenges.show(names[0] ?? '', anna, take('other'), 0)).toEqual({ kind: 'shown', png });
    expect(challenges.show(names[99] ?? '', anna, take(), 1)).toEqual({ kind: 'wait', waitMs: minute - 1 });
  });

  it('are remembered in a bounded number, however many ask', () => {
    const challenges = fresh();
    for (let index = 0; index < 5000; index += 1) {
      const asked = { viewerId: `v${index}`, circuitId: index };
      challenges.show(challenges.name(asked.viewerId, 0, random()), asked, take(), 0);
    }
    expect(challenges.size).toBe(600);
  });

  it('that are not ready are waited for, without being counted', () => {
    const challenges = fresh();
    for (let count = 0; count < 20; count += 1) {
      const name = challenges.name('anna', 0, random());
      expect(challenges.show(name, anna, () => ({ waitMs: 2000 }), 0)).toEqual({ kind: 'busy', waitMs: 2000 });
    }
    shownTo(challenges);
  });
});

describe('a question', () => {
  it('takes any of the accepted answers, whatever the case, the accents and the punctuation', () => {
    for (const typed of ['A red teapot', 'the RED  teapot!', 'Thé réd teapot', 'teapot']) {
      expect(answerQuestion(fresh(), typed, ['the red teapot', 'a red teapot', 'Teapot'], anna, 0)).toBeUndefined();
    }
    for (const typed of ['tea', '!!!', 'x'.repeat(10_000)]) {
      expect(answerQuestion(fresh(), typed, ['Teapot', '???'], anna, 0)).toEqual({ rule: 'captcha-wrong' });
    }
  });
});

describe('picture and question together', () => {
  it('must both be right, and cost one attempt', () => {
    const challenges = fresh();
    const wanted = { picture: true, accepted: ['teapot'] };
    const ask = (picture: string, question: string) => {
      const name = shownTo(challenges);
      return challenges.answer({ name, picture, question }, wanted, anna, 0)?.rule;
    };
    expect(ask('ACEHK', '')).toBe('captcha-needed');
    expect(ask('', 'teapot')).toBe('captcha-needed');
    expect(ask('ACEHK', 'kettle')).toBe('captcha-wrong');
    expect(ask('XXXXX', 'teapot')).toBe('captcha-wrong');
    expect(ask('ACEHK', 'Teapot')).toBeUndefined();
    expect(ask('ACEHK', 'Teapot')).toBe('captcha-too-often');
  });
});

describe('normalising', () => {
  it('leaves nothing but what is compared', () => {
    expect(normalisePictureAnswer(' a c\u0301 e\t۳٢ ')).toBe('ACE32');
    expect(foldAnswer('  Straße, 12! ')).toBe('strasse12');
  });
});

describe('a pace', () => {
  it('remembers no more keys than it may, and forgets those whose time is over', () => {
    const pace = new KeyedPace({ count: 1, windowMs: 100 }, 3);
    for (const key of ['a', 'b', 'c', 'd']) pace.count(key, 0);
    expect(pace.size).toBe(3);
    expect(pace.waitMs('a', 0)).toBe(0);
    expect(pace.waitMs('d', 40)).toBe(60);
    pace.count('e', 100);
    expect(pace.size).toBe(1);
  });
});
