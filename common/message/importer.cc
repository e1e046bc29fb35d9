#include "common/message/importer.h"

#include <algorithm>
#include <utility>

#include "common/message/intake.h"

namespace smsweb {
namespace {

// So many lines are one transaction: others get their turn in between.
constexpr std::size_t kPiece = 500;

ImportError ErrorAt(const ImportRow& row) {
  return {.line = row.first_line, .to = Shown(row.to)};
}

ImportStop StoreStop(Error error) {
  return {.kind = ImportStop::Kind::kStore, .error = std::move(error)};
}

ImportStop Stopped(ImportStop::Kind kind) { return {.kind = kind}; }

// Gives the first row again.
class PeekedReader final : public ImportReader {
 public:
  PeekedReader(ImportRow first, ImportReader& rest)
      : first_(std::move(first)), rest_(rest) {}
  std::expected<std::optional<ImportRow>, ImportFault> Next() override {
    if (first_) return std::exchange(first_, std::nullopt);
    return rest_.Next();
  }

 private:
  std::optional<ImportRow> first_;
  ImportReader& rest_;
};

class Importer {
 public:
  // `begun`: the batch as it stands; a new one has nothing but its id.
  Importer(std::string client, const Batch& begun, const ImportTools& tools);

  // To the end of the file; none: it is all in the queue.
  std::optional<ImportStop> Run(ImportReader& reader);

  const ImportProgress& progress() const { return progress_; }

 private:
  // Read, and not committed.
  struct Piece {
    Intake intake;
    std::vector<ImportError> rows;    // of the messages; no error yet
    std::vector<ImportError> errors;  // of those that are no message
    std::int64_t lines = 0;
    std::size_t size() const { return rows.size() + errors.size(); }
  };

  Piece NewPiece() const;
  std::optional<ImportStop> Add(ImportRow row, Piece* piece);
  std::optional<ImportStop> Commit(Piece piece, bool finished);
  void NoteRefused(const IntakeOutcome& outcome, Piece* piece) const;
  void Count(Piece piece, std::size_t refused);

  const std::string client_;
  const Uuid batch_;
  const ImportTools& tools_;
  ImportProgress progress_;
};

Importer::Importer(std::string client, const Batch& begun,
                   const ImportTools& tools)
    : client_(std::move(client)), batch_(begun.id), tools_(tools) {
  progress_.batch = begun.id;
  progress_.accepted = begun.accepted;
  progress_.rejected = begun.rejected;
  progress_.lines = begun.lines;
}

// What is good before a fault is taken, so that the fault alone is to be
// mended.
std::optional<ImportStop> Importer::Run(ImportReader& reader) {
  const std::int64_t taken_before = progress_.lines;
  Piece piece = NewPiece();
  for (;;) {
    auto row = reader.Next();
    if (!row || !*row) {
      const bool finished = row.has_value();
      if (auto stop = Commit(std::move(piece), finished)) return stop;
      if (finished) return std::nullopt;
      return ImportStop{.kind = ImportStop::Kind::kFault,
                        .fault = std::move(row.error())};
    }
    if ((*row)->first_line <= taken_before) continue;
    if (auto stop = Add(std::move(**row), &piece)) return stop;
    if (piece.size() < kPiece) continue;
    if (auto stop = Commit(std::move(piece), false)) return stop;
    if (!tools_.go_on(progress_)) {
      return Stopped(ImportStop::Kind::kInterrupted);
    }
    piece = NewPiece();
  }
}

Importer::Piece Importer::NewPiece() const {
  return {.intake = BeginIntake(tools_.config, client_, tools_.clock.Wall()),
          .lines = progress_.lines};
}

std::optional<ImportStop> Importer::Add(ImportRow row, Piece* piece) {
  piece->lines = row.last_line;
  ImportError error = ErrorAt(row);
  if (!row.draft) {
    error.code = std::move(row.draft.error().code);
    error.detail = std::move(row.draft.error().detail);
    piece->errors.push_back(std::move(error));
    return std::nullopt;
  }
  row.draft->client = client_;
  auto message =
      MakeMessage(std::move(*row.draft), tools_.config, tools_.recipients,
                  tools_.windows, piece->intake.now, tools_.random);
  if (message) {
    piece->intake.messages.push_back(std::move(*message));
    piece->rows.push_back(std::move(error));
    return std::nullopt;
  }
  if (message.error().problem == DraftProblem::kInternal) {
    return ImportStop{.kind = ImportStop::Kind::kStore,
                      .error = {ErrorKind::kInternal, message.error().message}};
  }
  error.code = ToString(message.error().problem);
  error.detail = std::move(message.error().message);
  piece->errors.push_back(std::move(error));
  return std::nullopt;
}

std::optional<ImportStop> Importer::Commit(Piece piece, bool finished) {
  if (piece.size() == 0 && !finished) return std::nullopt;
  const auto wrong = static_cast<std::int64_t>(piece.errors.size());
  piece.intake.batch = BatchStep{.id = batch_,
                                 .rejected = wrong,
                                 .lines = piece.lines,
                                 .behind = progress_.lines,
                                 .finished = finished};
  const auto outcome = InsertIntake(tools_.store, piece.intake);
  if (!outcome) {
    return StoreStop(outcome.error());
  }
  if (outcome->kind == IntakeOutcome::Kind::kOvertaken) {
    return Stopped(ImportStop::Kind::kOvertaken);
  }
  const std::size_t refused =
      outcome->opted_out.size() + outcome->duplicates.size();
  NoteRefused(*outcome, &piece);
  Count(std::move(piece), refused);
  return std::nullopt;
}

void Importer::NoteRefused(const IntakeOutcome& outcome, Piece* piece) const {
  const auto note = [&](std::size_t place, const char* code,
                        std::string detail) {
    ImportError& error = piece->rows[place];
    error.code = code;
    error.detail = std::move(detail);
    piece->errors.push_back(std::move(error));
  };
  for (const auto place : outcome.opted_out) {
    note(place, "recipient_opted_out", RecipientOptedOut().error().message);
  }
  for (const auto& [place, first] : outcome.duplicates) {
    note(place, "duplicate",
         "the same text was sent to this number as " + ToString(first) +
             " a moment ago");
  }
  std::ranges::sort(piece->errors, {}, &ImportError::line);
}

void Importer::Count(Piece piece, std::size_t refused) {
  progress_.accepted +=
      static_cast<std::int64_t>(piece.intake.messages.size() - refused);
  progress_.rejected += static_cast<std::int64_t>(piece.errors.size());
  progress_.lines = piece.lines;
  for (ImportError& error : piece.errors) {
    if (progress_.errors.size() < kMostImportErrors) {
      progress_.errors.push_back(std::move(error));
    } else {
      ++progress_.errors_left_out;
    }
  }
}

// The first transaction of an import under a key has nothing but its batch, by
// which a repeat finds it.
Intake OpeningOf(const ImportRequest& request, const Uuid& batch,
                 WallTime now) {
  const ImportKey& key = *request.key;
  return {.client = request.client,
          .now = now,
          .batch = BatchStep{.id = batch, .finished = false},
          .key = key.key,
          .fingerprint = key.fingerprint,
          .key_expires_at = now + key.life,
          .answer = [](const Intake& taken, const IntakeOutcome&) {
            return ToString(taken.batch->id);
          }};
}

// The batch that the import fills: a new one, or one that was begun.
std::expected<Batch, ImportStop> BatchFor(const ImportRequest& request,
                                          const ImportTools& tools) {
  const WallTime now = tools.clock.Wall();
  Batch fresh{.id = MakeUuidV7(now, tools.random), .finished = false};
  std::optional<Uuid> begun = request.resumed;
  if (request.key) {
    const auto opened =
        InsertIntake(tools.store, OpeningOf(request, fresh.id, now));
    if (!opened) return std::unexpected(StoreStop(opened.error()));
    if (opened->kind == IntakeOutcome::Kind::kKeyReused) {
      return std::unexpected(Stopped(ImportStop::Kind::kKeyReused));
    }
    if (opened->kind == IntakeOutcome::Kind::kRepeated) {
      begun = ParseUuid(opened->answer);
    }
  }
  if (!begun) return fresh;
  auto found = tools.store.FindBatch(*begun);
  if (!found) return std::unexpected(StoreStop(found.error()));
  return std::move(*found);
}

}  // namespace

ImportOutcome RunImport(ImportReader& reader, const ImportRequest& request,
                        const ImportTools& tools) {
  auto first = reader.Next();
  if (!first) {
    return {.stop = ImportStop{.kind = ImportStop::Kind::kFault,
                               .fault = std::move(first.error())}};
  }
  if (!*first) return {.stop = Stopped(ImportStop::Kind::kEmpty)};
  const auto batch = BatchFor(request, tools);
  if (!batch) return {.stop = batch.error()};
  PeekedReader rows(std::move(**first), reader);
  Importer importer(request.client, *batch, tools);
  ImportOutcome outcome{.batch = batch->id, .repeated = batch->finished};
  if (!batch->finished) outcome.stop = importer.Run(rows);
  outcome.progress = importer.progress();
  const bool made =
      request.key || request.resumed || outcome.progress.lines > 0;
  if (!made) outcome.batch.reset();
  return outcome;
}

}  // namespace smsweb
