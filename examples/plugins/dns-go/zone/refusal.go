package zone

import (
	"errors"

	. "wit_component/maquette_plugin_types"

	"go.bytecodealliance.org/pkg/wit/types"
)

// Refusal is one of the contract's errors as an error of Go.
type Refusal struct{ Error_ Error }

func (r Refusal) Error() string { return "refused" }

func refuse(err Error) error { return Refusal{err} }

func invalid(path, message string) error {
	return refuse(MakeErrorInvalid(FieldError{Path: path, Message: message}))
}

func conflict(item *Item) error {
	if item == nil {
		return refuse(MakeErrorConflict(wit_types.None[string]()))
	}
	return refuse(MakeErrorConflict(Optional(item.Owner)))
}

func transient(message string, retryAfterMs wit_types.Option[uint64]) error {
	return refuse(MakeErrorTransient(TransientError{RetryAfterMs: retryAfterMs, Message: message}))
}

// Meaning is the contract's error.
func Meaning(err error) Error {
	var refusal Refusal
	if errors.As(err, &refusal) {
		return refusal.Error_
	}
	return MakeErrorOther(err.Error())
}

// Optional is the contract's form of a value that may be missing.
func Optional(text *string) wit_types.Option[string] {
	if text == nil {
		return wit_types.None[string]()
	}
	return wit_types.Some(*text)
}
