// Answers the golden vectors with the code of docs/languages/spring.md, one JSON line a case.

import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PublicKey;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import tnid.Guard;
import tnid.House;
import tnid.Json;

final class Harness {
    record Given(Map<String, PublicKey> keys, Guard.Catalogue catalogue, Guard.Watermarks marks) implements Guard.Sources {
        public PublicKey key(String kid) { return keys.get(kid); }

        public Guard.Watermarks watermarks() throws Guard.Unavailable {
            if (marks == null) throw new Guard.Unavailable();
            return marks;
        }
    }

    public static void main(String[] args) throws Exception {
        if (args[0].equals("live")) {
            live(args);
            return;
        }
        checks(Json.object(Files.readAllBytes(Path.of(args[0], "check.json"))));
        decisions(Json.object(Files.readAllBytes(Path.of(args[0], "decide.json"))));
    }

    private static void checks(Map<String, Object> file) throws Exception {
        long clock = ((BigDecimal) file.get("clock")).longValueExact();
        Map<String, Object> settings = object(file.get("settings"));
        Map<String, PublicKey> keys = Guard.readKeys(object(file.get("jwks")));
        Guard.Catalogue catalogue = Guard.Catalogue.read(object(file.get("catalogue")));
        Map<String, Map<String, Object>> byName = new HashMap<>();
        for (Object one : (List<?>) file.get("cases")) byName.put(text(object(one), "name"), object(one));
        for (Object entry : (List<?>) file.get("cases")) {
            Map<String, Object> one = object(entry);
            Object feed = one.containsKey("feed") ? one.get("feed") : file.get("feed");
            Guard.Watermarks marks = feed == null ? null : Guard.Watermarks.NONE.raised(object(feed), clock);
            String audience = text(one.containsKey("settings") ? object(one.get("settings")) : settings, "audience");
            Guard guard = new Guard(
                new Guard.Settings(text(settings, "issuer"), audience, text(settings, "base_url"), text(settings, "acr_base")),
                new Given(keys, catalogue, marks), House.memoryReplay(), Clock.fixed(Instant.ofEpochSecond(clock), ZoneOffset.UTC));
            for (Object name : (List<?>) one.getOrDefault("before", List.of()))
                guard.check(requestOf(byName.get(name)), text(byName.get(name), "action"));
            Guard.Answer answer = guard.check(requestOf(one), text(one, "action"));
            Map<String, Object> line = new LinkedHashMap<>(Map.of("name", one.get("name"), "ok", answer instanceof Guard.Principal));
            if (answer instanceof Guard.Principal person) {
                Map<String, Object> principal = new LinkedHashMap<>(Map.of("sub", person.sub(), "client_id", person.clientId(),
                    "level", person.level(), "scopes", person.scopes()));
                principal.put("consent_id", person.consentId());
                principal.put("consent_version", person.consentVersion());
                line.put("principal", principal);
            } else if (answer instanceof Guard.Refusal refusal) {
                line.putAll(Map.of("status", refusal.status(), "headers", refusal.headers(), "problem", refusal.problem()));
            }
            System.out.println(json(line));
        }
    }

    private static void decisions(Map<String, Object> file) {
        long clock = ((BigDecimal) file.get("clock")).longValueExact();
        for (Object entry : (List<?>) file.get("cases")) {
            Map<String, Object> one = object(entry), facts = object(one.get("facts"));
            Guard.Action action = null;
            if (one.get("action") != null) {
                Map<String, Object> whole = new HashMap<>(object(one.get("action")));
                whole.putAll(Map.of("service", "any", "risk", "low")); // decide.json leaves out what decide() does not read
                action = Guard.Action.read(whole);
                if (action == null) {
                    System.out.println(json(Map.of("decide", one.get("name"), "unreadable", true)));
                    continue;
                }
            }
            Long authTime = facts.get("authTime") instanceof BigDecimal at ? at.longValueExact() : null;
            Guard.Decision decision = Guard.decide(action, new Guard.Facts(text(facts, "acr"), authTime, texts(facts, "amr"),
                text(facts, "identitySource"), texts(facts, "scopes"), texts(facts, "purposes"), text(facts, "clientClass")),
                clock, text(file, "acr_base"));
            System.out.println(json(Map.of("decide", one.get("name"), "failed", decision.failed(), "level", decision.level())));
        }
    }

    /** What the sources of the page read from a house that runs. */
    private static void live(String[] args) throws Exception {
        House house = new House(args[1], args[3], Path.of(args[4]));
        house.refresh();
        System.out.println(json(Map.of("actions", house.catalogue().actions().size(), "as_of", house.watermarks().asOf(),
            "key", house.key(args[5]) != null, "stranger", house.key("nobody") != null, "once", once())));
    }

    /** How many of many that show the same proof at the same moment are let in. */
    private static int once() {
        Guard.Replay replay = House.memoryReplay();
        return IntStream.range(0, 64).parallel().map(one -> {
            try {
                return replay.insert("proof", 60_000, System.currentTimeMillis()) ? 1 : 0;
            } catch (Guard.Unavailable impossible) {
                throw new IllegalStateException(impossible);
            }
        }).sum();
    }

    private static Guard.Request requestOf(Map<String, Object> one) {
        Map<String, Object> request = object(one.get("request"));
        List<Guard.Header> headers = new ArrayList<>();
        for (Object pair : (List<?>) request.get("headers"))
            headers.add(new Guard.Header((String) ((List<?>) pair).get(0), (String) ((List<?>) pair).get(1)));
        return new Guard.Request(text(request, "method"), text(request, "url"), headers, (String) request.getOrDefault("form", ""));
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> object(Object value) { return (Map<String, Object>) value; }

    private static String text(Map<String, Object> from, String name) { return (String) from.get(name); }

    @SuppressWarnings("unchecked")
    private static List<String> texts(Map<String, Object> from, String name) { return (List<String>) from.get(name); }

    private static String json(Object value) {
        if (value instanceof Map<?, ?> map)
            return "{" + String.join(",", map.entrySet().stream().map(one -> json(one.getKey()) + ":" + json(one.getValue())).toList()) + "}";
        if (value instanceof List<?> list) return "[" + String.join(",", list.stream().map(Harness::json).toList()) + "]";
        if (value instanceof String text) return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
        return String.valueOf(value);
    }
}
