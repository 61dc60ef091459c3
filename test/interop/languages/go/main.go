// Answers the golden vectors with the code of docs/languages/go.md, one JSON line a case.
package main

import (
	"crypto/ecdsa"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"vi-du/dich-vu/tnid"
)

type object = map[string]any

type request struct {
	Method, URL string
	Headers     [][2]string
	Form        *string
}

type vector struct {
	Name, Action string
	Request      request
	Before       []string
	Settings     *struct{ Audience string }
}

type given struct {
	keys      map[string]*ecdsa.PublicKey
	catalogue *tnid.Catalogue
	marks     *tnid.Watermarks
}

func (g given) Key(kid string) (*ecdsa.PublicKey, error) { return g.keys[kid], nil }
func (g given) Catalogue() *tnid.Catalogue               { return g.catalogue }
func (g given) Watermarks() *tnid.Watermarks             { return g.marks }

// Numbers stay as they are written, which is how the guard wants them.
func read(raw []byte) (value object) {
	decoder := json.NewDecoder(strings.NewReader(string(raw)))
	decoder.UseNumber()
	must(decoder.Decode(&value))
	return value
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func made[T any](value T, err error) T { must(err); return value }

func main() {
	if os.Args[1] == "live" {
		live(os.Args[2:])
		return
	}
	raw := made(os.ReadFile(os.Args[1] + "/check.json"))
	var file struct {
		Clock    int64
		Settings struct {
			Issuer, Audience string
			BaseURL          string `json:"base_url"`
			AcrBase          string `json:"acr_base"`
		}
		Cases []vector
	}
	must(json.Unmarshal(raw, &file))
	loose := read(raw)
	ground := given{
		keys:      made(tnid.ReadKeys(loose["jwks"].(object))),
		catalogue: made(tnid.ReadCatalogue(loose["catalogue"].(object))),
	}
	byName := map[string]vector{}
	for _, one := range file.Cases {
		byName[one.Name] = one
	}
	for index, one := range file.Cases {
		feed, own := loose["cases"].([]any)[index].(object)["feed"]
		if !own {
			feed = loose["feed"]
		}
		ground.marks = nil
		if feed != nil {
			ground.marks = made(ground.marks.Raise(feed.(object), file.Clock))
		}
		audience := file.Settings.Audience
		if one.Settings != nil {
			audience = one.Settings.Audience
		}
		guard := &tnid.Guard{
			Settings: tnid.Settings{Issuer: file.Settings.Issuer, Audience: audience, BaseURL: file.Settings.BaseURL, AcrBase: file.Settings.AcrBase},
			Sources:  ground,
			Replay:   tnid.NewMemoryReplay(),
			Now:      func() time.Time { return time.Unix(file.Clock, 0) },
		}
		for _, name := range one.Before {
			guard.Check(requestOf(byName[name].Request), byName[name].Action)
		}
		principal, refusal := guard.Check(requestOf(one.Request), one.Action)
		if refusal == nil {
			tell(object{"name": one.Name, "ok": true, "principal": object{"sub": principal.Sub, "client_id": principal.ClientID,
				"level": principal.Level, "scopes": principal.Scopes, "consent_id": principal.ConsentID, "consent_version": principal.ConsentVersion}})
			continue
		}
		headers := object{}
		for name := range refusal.Header {
			spelled := name
			if name == "Www-Authenticate" {
				spelled = "WWW-Authenticate"
			}
			headers[spelled] = refusal.Header.Get(name)
		}
		tell(object{"name": one.Name, "ok": false, "status": refusal.Status, "headers": headers, "problem": refusal.Problem})
	}
	decisions(os.Args[1])
}

func requestOf(one request) *http.Request {
	made := &http.Request{Method: one.Method, RequestURI: one.URL, Header: http.Header{}}
	for _, pair := range one.Headers {
		made.Header.Add(pair[0], pair[1])
	}
	if one.Form != nil {
		made.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		made.Body = readCloser{strings.NewReader(*one.Form)}
	}
	return made
}

type readCloser struct{ *strings.Reader }

func (readCloser) Close() error { return nil }

func decisions(folder string) {
	raw := made(os.ReadFile(folder + "/decide.json"))
	var file struct {
		Clock   int64
		AcrBase string `json:"acr_base"`
		Cases   []struct {
			Name  string
			Facts tnid.Facts
		}
	}
	must(json.Unmarshal(raw, &file))
	cases := read(raw)["cases"].([]any)
	for index, one := range file.Cases {
		var action *tnid.Action
		if entry, ok := cases[index].(object)["action"].(object); ok {
			entry["service"], entry["risk"] = "any", "low" // decide.json leaves out what decide() does not read
			if action = tnid.ReadAction(entry); action == nil {
				tell(object{"decide": one.Name, "unreadable": true})
				continue
			}
		}
		failed, level := tnid.Decide(action, one.Facts, file.Clock, file.AcrBase)
		tell(object{"decide": one.Name, "failed": append([]string{}, failed...), "level": level})
	}
}

// What the sources of the page read from a house that runs.
func live(args []string) {
	broker := made(tnid.NewBroker(tnid.Settings{Issuer: args[0], Audience: args[1]}, args[2], args[3]))
	broker.Refresh()
	actions, asOf := 0, int64(0)
	if catalogue := broker.Catalogue(); catalogue != nil {
		actions = len(catalogue.Actions)
	}
	if marks := broker.Watermarks(); marks != nil {
		asOf = marks.AsOf
	}
	key, err := broker.Key(args[4])
	stranger, _ := broker.Key("nobody")
	tell(object{"actions": actions, "as_of": asOf, "key": key != nil && err == nil, "stranger": stranger != nil, "once": once()})
}

// How many of many that show the same proof at the same moment are let in.
func once() int64 {
	replay := tnid.NewMemoryReplay()
	var group sync.WaitGroup
	var let atomic.Int64
	for range 64 {
		group.Go(func() {
			if isNew, _ := replay("proof", time.Minute, time.Now()); isNew {
				let.Add(1)
			}
		})
	}
	group.Wait()
	return let.Load()
}

func tell(line object) { fmt.Println(string(made(json.Marshal(line)))) }
