/** Quality, and what goes wrong with it, in Portuguese. */
export const playbackPt = {
  auto: 'Automática',
  autoTitle: 'A qualidade que a sua conexão permite',
  facts: '{w} × {h} pixels, {n} kbit/s',
  soundFacts: 'Sem imagem, {n} kbit/s',
  soundChosen: 'Som sem imagem é o que menos consome. Escolha outra qualidade para ver a imagem.',
  soundForNow: 'A conexão não dá conta da imagem no momento. Ela volta sozinha.',
  tooSlow: 'A conexão está lenta demais para esta qualidade. Escolha uma mais baixa ou Automática.',
  silent: 'Faz algum tempo que nada chega aqui.',
  reload: 'Recarregar o player',
  unplayable: 'Este navegador não reproduz nenhum dos formatos desta imagem.',
  rate: '{n} kbit/s',
} as const;
