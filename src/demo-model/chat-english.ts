import type { Chat } from './chat.ts'
import { recall } from './recall.ts'
import { bare, clipped } from './sentences.ts'
import { statedName } from './stated-name.ts'

/** The reply to a message in English, or another language that is not Korean. */
export function writeEnglishReply({ sentences, main, kind, notes, history, random }: Chat): string {
  const name = sentences.map(sentence => statedName(bare(sentence))).findLast(stated => stated !== undefined)
  if (name !== undefined && kind !== 'question')
    return `Nice to meet you, ${name}! I will remember your name. What would you like to talk about?`
  const called = notes.name === undefined ? '' : `, ${notes.name}`
  switch (kind) {
    case 'greeting':
      return `Hello${called}! How is your day going?`
    case 'thanks':
      return `You are welcome${called}! I am glad I could help.`
    case 'farewell':
      return `Goodbye${called}! It was nice talking with you.`
    case 'noise':
      return 'I am listening. Please go on.'
    case 'question':
      return answer()
    case 'request':
      return `You asked me: “${clipped(bare(main), 60)}”. I am only the demo model that comes with Conch, so I cannot do that well. With a real model in my place you would get a full answer here. Shall we talk about what you need it for?`
    default:
      return statement()
  }

  function answer(): string {
    if (/\bmy name\b|\bwho am i\b/i.test(main)) {
      return notes.name === undefined
        ? 'You have not told me your name yet. What should I call you?'
        : `Your name is ${notes.name}. I remember it well.`
    }
    if (/\bdid (?:i|you) (?:just )?say\b|\bremember\b|\bmy\b|\b(?:do|did|am) i\b/i.test(main)) {
      const last = history.findLast(({ role }) => role === (/\byou say\b/i.test(main) ? 'assistant' : 'user'))
      const note = recall(main, notes) ?? (/\bsay\b/i.test(main) ? last && clipped(last.content, 80) : undefined)
      return note === undefined
        ? 'I do not remember that from our conversation. Tell me once more, and I will keep it in mind.'
        : `You told me: “${note}”. Did I get that right?`
    }
    if (/\b(?:who|what) are you\b|\byour name\b/i.test(main))
      return 'I am Sora, the demo model that comes with Conch. I follow simple rules and know very little, but I do remember what you tell me.'
    return `You asked: “${clipped(bare(main), 60)}”. That is a good question, but I am only a demo model that follows rules, so I have no knowledge to answer it with. With a real model in my place you would get a proper answer. What made you think of it?`
  }

  function statement(): string {
    const [ask] = random.shuffled(['What happened next?', 'How did that make you feel?', 'Tell me more about it.'])
    return `You said: “${clipped(bare(main), 60)}”. Thank you for telling me${called}. I will keep it in mind. ${ask}`
  }
}
