package notify

// The letters about tickets. Instants and metrics come as texts in the letter's language and in
// the zone of the client's promise, which the outbox does not know.

// TicketReceived tells a client that what he wrote has arrived.
type TicketReceived struct {
	Number int64 `json:"number"`
	// Title is what he wrote about; empty in a letter to a stranger, to whom nothing is repeated.
	Title string `json:"title,omitempty"`
	// AnswerBy is until when he has an answer: "до 22.11.2026, 14:05". Empty without a promise.
	AnswerBy string `json:"answer_by,omitempty"`
	// URL opens the ticket. May be empty.
	URL string `json:"url,omitempty"`
}

// Purpose returns PurposeTicketReceived.
func (TicketReceived) Purpose() Purpose { return PurposeTicketReceived }

func (p TicketReceived) check() error {
	if p.Number == 0 {
		return missing("Number")
	}
	return nil
}

// TicketReplied brings the answer of a person.
type TicketReplied struct {
	Number int64  `json:"number"`
	Title  string `json:"title"`
	// Author is who answers, as the client may know him.
	Author string `json:"author"`
	Text   string `json:"text"`
	// URL opens the ticket. May be empty.
	URL string `json:"url,omitempty"`
}

// Purpose returns PurposeTicketReplied.
func (TicketReplied) Purpose() Purpose { return PurposeTicketReplied }

func (p TicketReplied) check() error {
	switch {
	case p.Number == 0:
		return missing("Number")
	case p.Author == "":
		return missing("Author")
	}
	return nil
}

// TicketWarning tells the vendor's people that a promise is about to break, or broke.
type TicketWarning struct {
	Number int64  `json:"number"`
	Title  string `json:"title"`
	// Metric names the promise: "Первый ответ".
	Metric string `json:"metric"`
	// DueBy is when it is due: "22.11.2026, 14:05".
	DueBy string `json:"due_by"`
	// Percent of the promised time is used; 100 is a broken promise.
	Percent int `json:"percent"`
	// URL opens the ticket. May be empty.
	URL string `json:"url,omitempty"`
}

// Purpose returns PurposeTicketWarning.
func (TicketWarning) Purpose() Purpose { return PurposeTicketWarning }

func (p TicketWarning) check() error {
	switch {
	case p.Number == 0:
		return missing("Number")
	case p.Metric == "":
		return missing("Metric")
	}
	return nil
}

// Verbatim says whether the letter's words are a person's, whose line breaks stay.
func (p *page) Verbatim() bool {
	_, ok := p.P.(TicketReplied)
	return ok
}
