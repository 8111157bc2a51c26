/** The onion addresses at the desk, in Portuguese. */
export const addressesPt = {
  heading: 'Endereços',
  none: 'Não há nenhum endereço onion aqui.',
  names: {
    public: 'O endereço da transmissão.',
    temporary: 'Um segundo endereço da transmissão, só para esta sessão.',
    desk: 'O seu, atrás de uma chave.',
  },
  published: 'Acessível',
  notPublished: 'Não está acessível no momento',
  qr: 'Código QR do endereço',
} as const;

/** When the broadcast begins and ends. `{t}` stands for a moment. */
export const schedulePt = {
  heading: 'Início e fim',
  phases: {
    before: 'Ninguém vê nada ainda.',
    open: 'O que você envia é mostrado.',
    over: 'Ninguém vê mais nada.',
  },
  startsAt: 'Começa: {t}',
  stopsAt: 'Termina: {t}',
  confirmBy: 'Termina em {t} se você não disser que ainda está aí.',
  confirm: 'Ainda estou aqui',
  begin: 'Começar agora',
  end: 'Terminar agora',
  plan: 'Planejar',
  start: 'Início',
  stop: 'Fim',
  hint: 'Daqui a um tempo (10m, 2h), em uma hora UTC (21:30) ou em um dia (2026-11-23 21:30). Vazio: não por si só.',
  refusals: {
    moment: 'Isso não é um tempo como 10m, 21:30 ou 2026-11-23 21:30.',
    'is-on-air': 'A transmissão está no ar: só o fim pode ser planejado.',
    'not-on-air': 'A transmissão não está no ar.',
    'stop-before-start': 'Ela não pode terminar antes de começar.',
    'stop-is-past': 'Essa hora já passou.',
  },
} as const;
