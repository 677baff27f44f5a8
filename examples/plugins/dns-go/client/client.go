// Package client makes requests over wasi:http: all that a plugin has of a network. The host adds the credential and
// judges the way. Go's own net/http needs sockets, which plugins do not have.
package client

import (
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"wit_component/wasi_http_outgoing_handler"
	http "wit_component/wasi_http_types"
	"wit_component/wasi_io_streams"

	"go.bytecodealliance.org/pkg/wit/types"
)

const (
	// The most of an answer that is read, in bytes.
	maxBody = 4 << 20
	// What of the call's time is kept for telling what happened, in milliseconds.
	reserveMs = 500
	// The most that one write of a stream takes, in bytes.
	chunk = 4096
)

// ErrDenied means that the Provider does not grant the server.
var ErrDenied = errors.New("the Provider does not grant access to this server; add it under spec.egress")

// Header of a request.
type Header struct{ Name, Value string }

// Answer to a request, read to its end. Names of headers are in lower case.
type Answer struct {
	Status  uint16
	Headers map[string]string
	Body    []byte
}

// Send makes one request.
func Send(method, address string, headers []Header, body []byte, deadlineMs uint64) (Answer, error) {
	request, err := request(method, address, headers, body)
	if err != nil {
		return Answer{}, err
	}
	outgoing := request.Body().Ok()
	handled := wasi_http_outgoing_handler.Handle(request, wit_types.Some(options(deadlineMs)))
	if handled.IsErr() {
		return Answer{}, failure(handled.Err())
	}
	future := handled.Ok()
	defer future.Drop()
	if err := write(outgoing, body); err != nil {
		return Answer{}, err
	}
	ready := future.Subscribe()
	ready.Block()
	ready.Drop()
	answered := future.Get()
	if answered.IsNone() || answered.Some().IsErr() {
		return Answer{}, errors.New("the host gave no answer")
	}
	response := answered.Some().Ok()
	if response.IsErr() {
		return Answer{}, failure(response.Err())
	}
	return read(response.Ok())
}

func request(method, address string, headers []Header, body []byte) (*http.OutgoingRequest, error) {
	parts, err := url.Parse(address)
	if err != nil {
		return nil, err
	}
	if len(body) > 0 {
		headers = append(headers, Header{"content-length", strconv.Itoa(len(body))})
	}
	entries := make([]wit_types.Tuple2[string, []uint8], len(headers))
	for position, header := range headers {
		entries[position] = wit_types.Tuple2[string, []uint8]{F0: header.Name, F1: []byte(header.Value)}
	}
	fields := http.FieldsFromList(entries)
	if fields.IsErr() {
		return nil, errors.New("a header is malformed")
	}
	request := http.MakeOutgoingRequest(fields.Ok())
	scheme := http.MakeSchemeHttp()
	if parts.Scheme == "https" {
		scheme = http.MakeSchemeHttps()
	}
	request.SetMethod(methodOf(method))
	request.SetScheme(wit_types.Some(scheme))
	request.SetAuthority(wit_types.Some(parts.Host))
	request.SetPathWithQuery(wit_types.Some(parts.RequestURI()))
	return request, nil
}

func methodOf(name string) http.Method {
	switch name {
	case "PUT":
		return http.MakeMethodPut()
	case "DELETE":
		return http.MakeMethodDelete()
	}
	return http.MakeMethodGet()
}

func options(deadlineMs uint64) *http.RequestOptions {
	nanoseconds := uint64(1_000_000)
	if deadlineMs > reserveMs {
		nanoseconds = (deadlineMs - reserveMs) * 1_000_000
	}
	options := http.MakeRequestOptions()
	options.SetConnectTimeout(wit_types.Some(nanoseconds))
	options.SetFirstByteTimeout(wit_types.Some(nanoseconds))
	options.SetBetweenBytesTimeout(wit_types.Some(nanoseconds))
	return options
}

func write(outgoing *http.OutgoingBody, body []byte) error {
	if len(body) > 0 {
		stream := outgoing.Write().Ok()
		for start := 0; start < len(body); start += chunk {
			if stream.BlockingWriteAndFlush(body[start:min(start+chunk, len(body))]).IsErr() {
				stream.Drop()
				return errors.New("the request could not be sent to its end")
			}
		}
		stream.Drop()
	}
	if http.OutgoingBodyFinish(outgoing, wit_types.None[*http.Fields]()).IsErr() {
		return errors.New("the request could not be sent to its end")
	}
	return nil
}

func read(response *http.IncomingResponse) (Answer, error) {
	defer response.Drop()
	answer := Answer{Status: response.Status(), Headers: map[string]string{}}
	fields := response.Headers()
	for _, entry := range fields.Entries() {
		answer.Headers[strings.ToLower(entry.F0)] = string(entry.F1)
	}
	fields.Drop()
	incoming := response.Consume().Ok()
	defer incoming.Drop()
	stream := incoming.Stream().Ok()
	defer stream.Drop()
	for len(answer.Body) <= maxBody {
		part := stream.BlockingRead(1 << 16)
		if part.IsErr() {
			if part.Err().Tag() == wasi_io_streams.StreamError_Closed {
				return answer, nil
			}
			return answer, errors.New("the answer ended before its end")
		}
		answer.Body = append(answer.Body, part.Ok()...)
	}
	return answer, fmt.Errorf("the answer has more than %d bytes", maxBody)
}

func failure(code http.ErrorCode) error {
	if code.Tag() == http.ErrorCode_HttpRequestDenied {
		return ErrDenied
	}
	return fmt.Errorf("the request failed (case %d of wasi:http's error-code)", code.Tag())
}
