#include "cgi/import_api.h"

#include <fmt/format.h>

#include <algorithm>
#include <expected>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "cgi/draft_problem.h"
#include "cgi/form.h"
#include "cgi/idempotency.h"
#include "cgi/import_gate.h"
#include "cgi/store_problem.h"
#include "common/message/draft_json.h"
#include "common/message/import_json.h"
#include "common/message/import_reader.h"
#include "common/message/importer.h"

namespace smsweb {
namespace {

using Json = nlohmann::ordered_json;

std::optional<ImportFormat> FormatOf(std::string_view content_type) {
  if (IsMediaType(content_type, "text/csv")) return ImportFormat::kCsv;
  for (const char* type : {"application/x-ndjson", "application/jsonl"}) {
    if (IsMediaType(content_type, type)) return ImportFormat::kJsonLines;
  }
  return std::nullopt;
}

// The query says what the lines do not.
std::expected<Draft, Response> ReadDefaults(const Request& request) {
  const Form query = Form::Parse(request.query);
  Draft defaults;
  for (const auto& name : query.Names()) {
    const auto fault = name == "to"
                           ? FieldFault{"unknown_field", name,
                                        "each line has a \"to\" of its own"}
                           : ReadDraftField(name, *query.Find(name), &defaults);
    if (fault) return std::unexpected(ProblemOf(*fault));
  }
  return defaults;
}

Response TooLarge(std::size_t most) {
  return Problem(413, "body_too_large",
                 fmt::format("an import may have {} bytes", most),
                 Json{{"max_bytes", most}});
}

// The body, within its bounds: as much as its length says, or a fault.
class Body {
 public:
  Body(const Request& request, std::size_t most)
      : request_(request), most_(most) {}

  std::expected<std::size_t, FieldFault> Read(char* buffer, std::size_t size) {
    if (request_.length) size = std::min(size, *request_.length - read_);
    const std::size_t got = size > 0 ? request_.stream(buffer, size) : 0;
    read_ += got;
    if (read_ > most_) {
      return std::unexpected(
          FieldFault{"body_too_large", "",
                     fmt::format("an import may have {} bytes", most_)});
    }
    if (got == 0 && request_.length && read_ < *request_.length) {
      return std::unexpected(FieldFault{
          "body_cut_short", "", "the body is shorter than its Content-Length"});
    }
    return got;
  }

 private:
  const Request& request_;
  const std::size_t most_;
  std::size_t read_ = 0;
};

int StatusOf(const FieldFault& fault) {
  if (fault.code == "body_too_large") return 413;
  return fault.code == "body_cut_short" ? 400 : 422;
}

// What was taken before stays, and is told with every problem.
Json MoreOf(const ImportOutcome& outcome) {
  return outcome.batch ? ImportJson(outcome) : Json::object();
}

Response ProblemOf(const ImportStop& stop, Json more) {
  switch (stop.kind) {
    case ImportStop::Kind::kEmpty:
      return Problem(422, "empty_import", "there is no message in the body");
    case ImportStop::Kind::kKeyReused:
      return KeyReused();
    case ImportStop::Kind::kFault: {
      const auto& [line, what] = stop.fault;
      more["line"] = line;
      if (!what.field.empty()) more["field"] = what.field;
      return Problem(StatusOf(what), what.code,
                     fmt::format("line {}: {}", line, what.detail), more);
    }
    case ImportStop::Kind::kOvertaken:
      return Problem(409, "import_under_way",
                     "another request goes on with this import", more);
    case ImportStop::Kind::kInterrupted:
      return Problem(503, "interrupted",
                     "the endpoint ends; the lines so far were taken", more);
    case ImportStop::Kind::kStore:
      break;
  }
  if (stop.error.kind == ErrorKind::kNotFound) {
    return Problem(
        404, "batch_not_found",
        "this import was taken, and its messages are kept no longer");
  }
  return StoreProblem(stop.error, more);
}

Response AnswerOf(const ImportOutcome& outcome) {
  if (outcome.stop) return ProblemOf(*outcome.stop, MoreOf(outcome));
  Response response = JsonResponse(202, ImportJson(outcome));
  response.headers.emplace_back("Location",
                                "/v1/batches/" + ToString(*outcome.batch));
  if (outcome.repeated) {
    response.headers.emplace_back("Idempotency-Replayed", "true");
  }
  return response;
}

}  // namespace

Response Import(const Request& request, const Client& client,
                const ApiTools& tools) {
  if (request.method != "POST") return MethodNotAllowed("POST");
  if (!client.limits.empty()) {
    return Problem(403, "import_not_allowed",
                   "an API key with limits sends by /v1/messages");
  }
  const auto format = FormatOf(request.content_type);
  if (!format) {
    return Problem(415, "unsupported_media_type",
                   "this resource takes text/csv and application/x-ndjson");
  }
  auto key = IdempotencyKeyOf(request);
  if (!key) return std::move(key.error());
  auto defaults = ReadDefaults(request);
  if (!defaults) return std::move(defaults.error());
  const auto most =
      static_cast<std::size_t>(tools.config.endpoint.max_import_bytes);
  if (request.length > most) return TooLarge(most);
  // Whoever took the body in could not ask whether this client may import.
  if (!request.stream) {
    return StoreProblem({ErrorKind::kUnavailable,
                         "nothing was taken: the queue could not be asked in "
                         "time"});
  }
  const ImportGate::Place place(tools.imports);
  if (!place) {
    return Problem(503, "overloaded", "too many imports run at once");
  }

  Body body(request, most);
  ImportSource source{
      .read = [&](char* buffer,
                  std::size_t size) { return body.Read(buffer, size); },
      .may_be_cut = !request.length};
  ImportRequest asked{.client = client.name};
  if (!key->empty()) {
    const std::string length =
        request.length ? std::to_string(*request.length) : "";
    asked.key =
        ImportKey{.key = std::move(*key),
                  .fingerprint = FingerprintOf(
                      request, length + '\n' + Peek(&source, kFingerprinted)),
                  .life = tools.config.endpoint.idempotency_life};
  }
  const auto reader =
      MakeImportReader(*format, std::move(*defaults), std::move(source));
  const auto outcome = RunImport(*reader, asked,
                                 {.config = tools.config,
                                  .recipients = tools.recipients,
                                  .windows = tools.windows,
                                  .clock = tools.clock,
                                  .random = tools.random,
                                  .store = tools.store,
                                  .go_on = [&](const ImportProgress&) {
                                    tools.ring();
                                    return !tools.imports.closed();
                                  }});
  if (outcome.progress.accepted > 0) tools.ring();
  return AnswerOf(outcome);
}

}  // namespace smsweb
