import t from 'tap'
import { proxyFor } from '../../src/ai/proxy-choice.ts'

const proxies = { http: 'http://one:3128/', https: 'http://two:3128/', exempt: '' }

t.test('there is a proxy for each scheme, and none that was not given', async t => {
  t.equal(proxyFor('http://model.example.org/v1', proxies), 'http://one:3128/')
  t.equal(proxyFor('https://model.example.org/v1', proxies), 'http://two:3128/')
  t.equal(proxyFor('https://model.example.org/v1', { http: 'http://one:3128/', exempt: '' }), undefined)
  t.equal(proxyFor('http://model.example.org/v1', { https: 'http://two:3128/', exempt: '' }), undefined)
})

t.test('this machine is never reached through a proxy', async t => {
  for (const host of [
    'localhost',
    'LOCALHOST.',
    'model.localhost',
    '127.0.0.1',
    '127.9.9.9',
    '127.1',
    '[::1]',
    '[::ffff:127.0.0.1]',
    '0.0.0.0',
    '[::]',
  ])
    t.equal(proxyFor(`http://${host}:11434/v1`, proxies), undefined, host)
  for (const host of ['localhost.example.org', 'mylocalhost', '128.0.0.1', '[::2]'])
    t.ok(proxyFor(`http://${host}:11434/v1`, proxies), host)
})

const cases: [exempt: string, direct: string[], through: string[]][] = [
  ['*', ['http://a.org', 'https://10.0.0.1:99'], []],
  ['*:8080', ['http://a.org:8080'], ['http://a.org']],
  ['example.org', ['http://example.org', 'https://api.example.org:8443'], ['http://badexample.org', 'http://org']],
  ['Example.ORG.', ['http://EXAMPLE.org', 'http://example.org.'], []],
  ['.example.org', ['http://example.org', 'http://api.example.org'], ['http://anexample.org']],
  ['*.example.org', ['http://api.example.org'], ['http://example.org']],
  ['example.org:8443', ['https://example.org:8443', 'https://a.example.org:8443'], ['https://example.org']],
  ['example.org:443', ['https://example.org'], ['http://example.org']],
  ['10.1.2.3', ['http://10.1.2.3', 'http://10.1.2.3:99'], ['http://10.1.2.30']],
  ['10.1.2.3:99', ['http://10.1.2.3:99'], ['http://10.1.2.3']],
  [
    '10.0.0.0/8',
    ['http://10.9.9.9', 'http://[::ffff:10.1.1.1]'],
    ['http://11.0.0.1', 'http://ten.org', 'http://[::1:2]'],
  ],
  ['fd00::/8', ['http://[fd12::1]:8000'], ['http://[fe00::1]', 'http://10.0.0.1']],
  ['2001:db8::1', ['http://[2001:db8:0::1]'], ['http://[2001:db8::2]']],
  ['[2001:db8::1]:8000', ['http://[2001:db8::1]:8000'], ['http://[2001:db8::1]']],
  ['a.org b.org,\tc.org ,,', ['http://a.org', 'http://b.org', 'http://c.org'], ['http://d.org']],
  [', .  *. :80 10.0.0.0/99 http://x.org [::', [], ['http://a.org', 'http://x.org', 'http://10.0.0.1']],
]

for (const [exempt, direct, through] of cases) {
  t.test(`NO_PROXY=${exempt}`, async t => {
    for (const server of direct) t.equal(proxyFor(server, { ...proxies, exempt }), undefined, server)
    for (const server of through) t.ok(proxyFor(server, { ...proxies, exempt }), server)
  })
}
