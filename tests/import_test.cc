// Files of messages: what is read of them, and that each line is taken once,
// whatever comes in between.
#include <algorithm>
#include <set>

#include "catch.h"
#include "common/message/importer.h"
#include "common/store/sqlite_store.h"
#include "forwarding_store.h"
#include "temp_folder.h"

namespace smsweb {
namespace {

constexpr WallTime kNow{Millis(1'763'882'208'123)};

class FakeChecker final : public NumberChecker {
 public:
  Result<std::string> ToE164(std::string_view input, std::string_view,
                             NumberRule) const override {
    if (input.starts_with("+")) return std::string(input);
    return Fail(ErrorKind::kInvalid, "it is too short");
  }
};

ImportSource SourceOf(std::string text, std::size_t piece,
                      bool may_be_cut = false) {
  return {.read = [text = std::move(text), piece, at = std::size_t{0}](
                      char* buffer, std::size_t size) mutable
          -> std::expected<std::size_t, FieldFault> {
            const auto count = std::min({size, piece, text.size() - at});
            text.copy(buffer, count, at);
            at += count;
            return count;
          },
          .may_be_cut = may_be_cut};
}

std::unique_ptr<ImportReader> ReaderOf(ImportFormat format, std::string text,
                                       Draft defaults = {}) {
  return MakeImportReader(format, std::move(defaults),
                          SourceOf(std::move(text), 7));
}

// "to|text", or "line: code", of each row; and the fault at the end.
std::vector<std::string> Rows(ImportReader& reader) {
  std::vector<std::string> rows;
  for (;;) {
    const auto row = reader.Next();
    if (!row) {
      rows.push_back("fault " + std::to_string(row.error().line) + ": " +
                     row.error().what.code);
      return rows;
    }
    if (!*row) return rows;
    const ImportRow& got = **row;
    rows.push_back(got.draft ? got.draft->to + "|" + got.draft->text
                             : std::to_string(got.first_line) + ": " +
                                   got.draft.error().code);
  }
}

std::vector<std::string> CsvRows(std::string text, Draft defaults = {}) {
  return Rows(*ReaderOf(ImportFormat::kCsv, std::move(text), defaults));
}

std::vector<std::string> JsonRows(std::string text, Draft defaults = {}) {
  return Rows(*ReaderOf(ImportFormat::kJsonLines, std::move(text), defaults));
}

using Lines = std::vector<std::string>;

TEST_CASE("A table says what its columns are") {
  CHECK(CsvRows("to,text\n+1,one\r\n+2,\"two,\n\"\"2\"\"\"\n") ==
        Lines{"+1|one", "+2|two,\n\"2\""});
  CHECK(CsvRows("\xEF\xBB\xBFtext,to\none,+1") == Lines{"+1|one"});
  CHECK(CsvRows("") == Lines{});
  CHECK(CsvRows("to,text\n") == Lines{});

  const auto reader =
      ReaderOf(ImportFormat::kCsv,
               "to,text,class,ttl,not_before,reference,report,repeat_unknown\n"
               "+1,x,otp,60,2025-11-24T00:00:00Z,r 1,true,1\n"
               "+2,y,,,,,,\n");
  const Draft full = reader->Next()->value().draft.value();
  CHECK(full.message_class == MessageClass::kOtp);
  CHECK(full.ttl == std::chrono::seconds(60));
  CHECK(full.not_before == ParseRfc3339("2025-11-24T00:00:00Z"));
  CHECK(full.reference == "r 1");
  CHECK(full.report == true);
  CHECK(full.repeat_unknown);
  const Draft plain = reader->Next()->value().draft.value();
  CHECK(plain.message_class == MessageClass::kTransactional);
  CHECK_FALSE(plain.ttl.has_value());
  CHECK_FALSE(plain.report.has_value());
}

TEST_CASE("A heading that can't be used ends the import") {
  CHECK(CsvRows("text\nx\n") == Lines{"fault 1: missing_field"});
  CHECK(CsvRows("to\n+1\n") == Lines{"fault 1: missing_field"});
  CHECK(CsvRows("to;text\n+1;x\n") == Lines{"fault 1: unknown_field"});
  CHECK(CsvRows("to,text,to\n") == Lines{"fault 1: malformed_csv"});
}

TEST_CASE("What is wrong with one line is told of that line") {
  CHECK(CsvRows("to,text,ttl\n+1,x,soon\n+2,y,5\n+3,z\n+4,a,b,c\n+5,v,\n") ==
        Lines{"2: wrong_type", "+2|y", "4: malformed_csv", "5: malformed_csv",
              "+5|v"});
  CHECK(JsonRows("{\"to\":\"+1\",\"text\":\"x\"}\n"
                 "nonsense\n"
                 "\n"
                 "{\"to\":\"+2\"}\n"
                 "{\"to\":[\"+2\"],\"text\":\"x\"}\r\n"
                 "{\"to\":\"+3\",\"text\":\"y\"}") ==
        Lines{"+1|x", "2: malformed_json", "4: missing_field", "5: wrong_type",
              "+3|y"});
}

TEST_CASE("What lines do not say, the defaults say") {
  Draft defaults;
  defaults.text = "hello";
  defaults.message_class = MessageClass::kBulk;
  CHECK(CsvRows("to\n+1\n", defaults) == Lines{"+1|hello"});
  CHECK(CsvRows("to,text\n+1,\n+2,own\n", defaults) ==
        Lines{"+1|hello", "+2|own"});
  CHECK(JsonRows("{\"to\":\"+1\"}\n", defaults) == Lines{"+1|hello"});
  const auto reader =
      ReaderOf(ImportFormat::kCsv, "to,class\n+1,\n+2,otp\n", defaults);
  CHECK(reader->Next()->value().draft->message_class == MessageClass::kBulk);
  CHECK(reader->Next()->value().draft->message_class == MessageClass::kOtp);
}

TEST_CASE("A last line is taken without its end only if nothing was cut") {
  for (const auto format : {ImportFormat::kCsv, ImportFormat::kJsonLines}) {
    const bool csv = format == ImportFormat::kCsv;
    const std::string text =
        csv ? "to,text\n+1,on" : "{\"to\":\"+1\",\"text\":\"on\"}";
    const auto sure = MakeImportReader(format, {}, SourceOf(text, 9));
    CHECK(Rows(*sure) == Lines{"+1|on"});
    const auto unsure = MakeImportReader(format, {}, SourceOf(text, 9, true));
    CHECK(Rows(*unsure) ==
          Lines{csv ? "fault 2: body_cut_short" : "fault 1: body_cut_short"});
    const auto ended =
        MakeImportReader(format, {}, SourceOf(text + "\n", 9, true));
    CHECK(Rows(*ended) == Lines{"+1|on"});
  }
}

TEST_CASE("A line without end is refused") {
  CHECK(JsonRows(std::string(70'000, ' ')) == Lines{"fault 1: malformed_json"});
}

// "to,text" and `count` messages: +0, +1, ...
std::string FileOf(int count) {
  std::string text = "to,text\n";
  for (int i = 0; i < count; ++i) text += "+" + std::to_string(i) + ",x\n";
  return text;
}

class ImportFixture {
 public:
  ImportOutcome RunIt(const std::string& file, Store& store,
                      const std::string& key = "") {
    const auto reader = ReaderOf(ImportFormat::kCsv, file);
    ImportRequest request{.client = "shop"};
    if (!key.empty()) {
      request.key = ImportKey{.key = key, .life = std::chrono::hours(24)};
    }
    return RunImport(*reader, request, ToolsWith(store));
  }
  ImportOutcome Resume(const std::string& file, const Uuid& batch) {
    const auto reader = ReaderOf(ImportFormat::kCsv, file);
    return RunImport(*reader, {.client = "shop", .resumed = batch},
                     ToolsWith(*store_));
  }
  ImportTools ToolsWith(Store& store) {
    return {.config = config_,
            .recipients = recipients_,
            .windows = windows_,
            .clock = clock_,
            .random = random_,
            .store = store,
            .go_on = [this](const ImportProgress&) { return --pieces_ != 0; }};
  }
  // Recipients in the store: none twice.
  std::size_t Taken() {
    std::multiset<std::string> seen;
    const auto messages = store_->List({.limit = 1'000'000});
    for (const Message& m : *messages) seen.insert(m.recipient);
    const std::set<std::string> distinct(seen.begin(), seen.end());
    CHECK(seen.size() == distinct.size());
    return seen.size();
  }

 protected:
  TempFolder folder_;
  Config config_;
  SendingWindows windows_{config_};
  ManualClock clock_{kNow};
  SeededRandom random_{1};
  RecipientParser recipients_{"",
                              {},
                              NumberRule::kValid,
                              []() -> Result<std::unique_ptr<NumberChecker>> {
                                return std::make_unique<FakeChecker>();
                              }};
  std::unique_ptr<Store> store_ =
      std::move(OpenSqliteStores(folder_ / "queue.db").value().queue);
  int pieces_ = -1;  // how many until it is interrupted; below 0: never
};

TEST_CASE_METHOD(ImportFixture, "A file is taken whole, in several pieces") {
  const auto outcome = RunIt(FileOf(1234) + "12,x\n", *store_);
  CHECK_FALSE(outcome.stop.has_value());
  CHECK(outcome.progress.accepted == 1234);
  CHECK(outcome.progress.rejected == 1);
  CHECK(outcome.progress.lines == 1236);
  REQUIRE(outcome.progress.errors.size() == 1);
  CHECK(outcome.progress.errors[0].line == 1236);
  CHECK(outcome.progress.errors[0].to == "12");
  CHECK(outcome.progress.errors[0].code == "invalid_recipient");
  const auto batch = store_->FindBatch(outcome.batch.value());
  CHECK(batch->accepted == 1234);
  CHECK(batch->rejected == 1);
  CHECK(batch->lines == 1236);
  CHECK(batch->finished);
  CHECK(batch->client == "shop");
  CHECK(Taken() == 1234);
}

TEST_CASE_METHOD(ImportFixture, "A file of nothing makes nothing") {
  for (const char* file : {"", "to,text\n", "to,text\n\n\n"}) {
    const auto outcome = RunIt(file, *store_, "k");
    CHECK(outcome.stop->kind == ImportStop::Kind::kEmpty);
    CHECK_FALSE(outcome.batch.has_value());
  }
  CHECK_FALSE(RunIt(FileOf(1), *store_, "k").stop.has_value());
}

TEST_CASE_METHOD(ImportFixture, "What is good before a fault is taken") {
  const auto outcome = RunIt(FileOf(700) + "+9,x\"y\"\n+10,z\n", *store_);
  REQUIRE(outcome.stop.has_value());
  CHECK(outcome.stop->kind == ImportStop::Kind::kFault);
  CHECK(outcome.stop->fault.line == 702);
  CHECK(outcome.progress.accepted == 700);
  CHECK(outcome.progress.lines == 701);
  CHECK_FALSE(store_->FindBatch(outcome.batch.value())->finished);
  CHECK(Taken() == 700);
}

TEST_CASE_METHOD(ImportFixture, "Of many errors the first are listed") {
  std::string file = "to,text\n";
  for (int i = 0; i < 1500; ++i) file += "12,x\n";
  const auto outcome = RunIt(file + "+1,x\n", *store_);
  CHECK(outcome.progress.rejected == 1500);
  CHECK(outcome.progress.errors.size() == 1000);
  CHECK(outcome.progress.errors_left_out == 500);
}

TEST_CASE_METHOD(ImportFixture, "Who wants nothing is told by line") {
  REQUIRE(store_->AddOptOut({"+1", kNow, "STOP"}).has_value());
  config_.message.duplicate_window = std::chrono::seconds(60);
  const auto outcome =
      RunIt("to,text\n12,a\n+1,b\n+2,c\n+2,c\n+3,d\n", *store_);
  CHECK(outcome.progress.accepted == 2);
  CHECK(outcome.progress.rejected == 3);
  const auto& errors = outcome.progress.errors;
  REQUIRE(errors.size() == 3);
  CHECK(errors[0].line == 2);
  CHECK(errors[1].line == 3);
  CHECK(errors[1].code == "recipient_opted_out");
  CHECK(errors[2].line == 5);
  CHECK(errors[2].code == "duplicate");
  CHECK(store_->FindBatch(outcome.batch.value())->rejected == 3);
}

// Dies (says that it can't) at the `at`-th insert: before it, or after it has
// been committed, when nobody hears of it.
class DyingStore final : public ForwardingStore {
 public:
  DyingStore(Store& inner, int at, bool committed)
      : ForwardingStore(inner), left_(at), committed_(committed) {}
  Result<std::vector<ChangeOutcome>> Apply(
      std::span<const Change> changes) override {
    const bool dies = --left_ == 0;
    if (dies && !committed_) return Dead();
    auto outcomes = ForwardingStore::Apply(changes);
    if (dies) return Dead();
    return outcomes;
  }

 private:
  static std::unexpected<Error> Dead() {
    return Fail(ErrorKind::kUnavailable, "it died");
  }
  int left_;
  const bool committed_;
};

TEST_CASE_METHOD(ImportFixture,
                 "Repeated after any death, each line is taken once") {
  const std::string file = FileOf(1700) + "12,x\n";
  for (int at = 1; at <= 5; ++at) {  // the opening, and four pieces
    for (const bool committed : {false, true}) {
      INFO("at insert " << at << (committed ? ", committed" : ""));
      TempFolder folder;
      store_ = std::move(OpenSqliteStores(folder / "queue.db").value().queue);
      DyingStore dying(*store_, at, committed);
      const auto first = RunIt(file, dying, "k");
      REQUIRE(first.stop.has_value());
      CHECK(first.stop->kind == ImportStop::Kind::kStore);
      const auto second = RunIt(file, *store_, "k");
      CHECK_FALSE(second.stop.has_value());
      CHECK(second.progress.accepted == 1700);
      CHECK(second.progress.rejected == 1);
      CHECK(second.progress.lines == 1702);
      CHECK(Taken() == 1700);
      const auto third = RunIt(file, *store_, "k");
      CHECK(third.repeated);
      CHECK(third.batch == second.batch);
      CHECK(third.progress.accepted == 1700);
      CHECK(Taken() == 1700);
    }
  }
}

TEST_CASE_METHOD(ImportFixture, "An interrupted import says how far it came") {
  pieces_ = 2;
  const auto first = RunIt(FileOf(1700), *store_);
  CHECK(first.stop->kind == ImportStop::Kind::kInterrupted);
  CHECK(first.progress.accepted == 1000);
  CHECK(first.progress.lines == 1001);
  const auto rest = Resume(FileOf(1700), first.batch.value());
  CHECK_FALSE(rest.stop.has_value());
  CHECK(rest.batch == first.batch);
  CHECK(rest.progress.accepted == 1700);
  CHECK(Taken() == 1700);
}

// Lets another import of the same key go to its end before the `at`-th insert.
class RacingStore final : public ForwardingStore {
 public:
  RacingStore(Store& inner, int at, std::function<void()> other)
      : ForwardingStore(inner), left_(at), other_(std::move(other)) {}
  Result<std::vector<ChangeOutcome>> Apply(
      std::span<const Change> changes) override {
    if (--left_ == 0) other_();
    return ForwardingStore::Apply(changes);
  }

 private:
  int left_;
  std::function<void()> other_;
};

TEST_CASE_METHOD(ImportFixture, "Of two importers one gives way") {
  for (int at = 2; at <= 4; ++at) {
    TempFolder folder;
    store_ = std::move(OpenSqliteStores(folder / "queue.db").value().queue);
    RacingStore racing(*store_, at, [&] {
      CHECK_FALSE(RunIt(FileOf(1400), *store_, "k").stop.has_value());
    });
    const auto outcome = RunIt(FileOf(1400), racing, "k");
    REQUIRE(outcome.stop.has_value());
    CHECK(outcome.stop->kind == ImportStop::Kind::kOvertaken);
    CHECK(Taken() == 1400);
  }
}

TEST_CASE_METHOD(ImportFixture, "A batch that is not there can't be resumed") {
  const auto outcome = Resume(FileOf(1), Uuid{});
  REQUIRE(outcome.stop.has_value());
  CHECK(outcome.stop->kind == ImportStop::Kind::kStore);
  CHECK(outcome.stop->error.kind == ErrorKind::kNotFound);
}

}  // namespace
}  // namespace smsweb
