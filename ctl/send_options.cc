// smsweb send on the command line: one message, or a file of them.
#include <fmt/format.h>
#include <utf8.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "common/message/draft.h"
#include "common/message/intake.h"
#include "ctl/typed.h"

namespace smsweb::ctl {
namespace {

constexpr const char* kSendFooter =
    R"(The number and the text are checked as the endpoint checks them. The id is
printed once the message is on disk; smswebd is rung, or started where
spooler.spawn says so. A duplicate (message.duplicate_window) is not queued
again: the id is that of the first, and that is said.

Arguments can be seen in the list of processes. A TEXT of - is read from
standard input, up to its end and without its last line break:
  printf 'Your code is %s' "$CODE" | smsweb send --class otp +6289610707901 -
A text that begins with "-" goes after "--":
  smsweb send -- +6289610707901 '-5 degrees in the cold store'

A file is CSV with the columns to, text and, if you like, class, ttl,
not_before, reference, report, repeat_unknown, callback_url, modem; or it has a
JSON object of these a line. What the lines do not say, the options say:
  smsweb send --file numbers.csv --text 'We are closed.' --key closed-1
It is taken in pieces. Lines that can't be sent are listed, with exit code 4.
Cut off in the middle, the same command goes on where it was, if it had a --key
of its own; without one, --resume with the batch that was printed does.)";

const std::vector<std::string> kClasses = {"otp", "transactional", "bulk"};

void AddFileOptions(CLI::App& send, Typed& typed) {
  auto* file = send.add_option("--file", typed.file,
                               "a file of messages; -: from standard input")
                   ->option_text("FILE");
  send.add_option("--format", typed.format,
                  "what it is; else its name says: .csv, .jsonl, .ndjson")
      ->option_text("csv|jsonl")
      ->check(CLI::IsMember({"csv", "jsonl"}))
      ->needs(file);
  send.add_option("--text", typed.default_text,
                  "the text of those lines that have none")
      ->option_text("TEXT")
      ->needs(file);
  auto* key = send.add_option("--key", typed.key,
                              "a name of your own for this file: with it, it "
                              "is taken once, however often it is sent")
                  ->option_text("KEY")
                  ->check(Takes(
                      [](const std::string& s) { return IsIdempotencyKey(s); },
                      "takes 1 to 255 visible characters"))
                  ->needs(file);
  send.add_option("--resume", typed.resume,
                  "go on with a batch that was cut off")
      ->option_text("BATCH")
      ->check(TakesId())
      ->needs(file)
      ->excludes(key);
}

std::optional<ImportFormat> FormatOf(const Typed& typed) {
  const std::string_view file = typed.file;
  if (typed.format == "csv" || (typed.format.empty() && file.ends_with(".csv")))
    return ImportFormat::kCsv;
  if (typed.format == "jsonl" || file.ends_with(".jsonl") ||
      file.ends_with(".ndjson")) {
    return ImportFormat::kJsonLines;
  }
  return std::nullopt;
}

SendOptions MakeSend(const Typed& typed) {
  SendOptions send = typed.send;
  if (const auto parsed = ParseMessageClass(typed.message_class)) {
    send.message_class = *parsed;
  }
  if (typed.ttl) send.ttl = std::chrono::seconds(*typed.ttl);
  send.not_before = ParseRfc3339(typed.not_before);
  if (typed.report || typed.no_report) send.report = typed.report;
  return send;
}

std::expected<Command, std::string> MakeSendFile(const Typed& typed) {
  if (typed.to) {
    return std::unexpected("send takes a --file, or one TO and one TEXT");
  }
  const auto format = FormatOf(typed);
  if (!format) {
    return std::unexpected(
        "the name of the file does not say what it is: "
        "--format csv or --format jsonl does");
  }
  const std::string& reference = typed.send.reference;
  if (!utf8::is_valid(reference.begin(), reference.end())) {
    return std::unexpected("--reference: it is not UTF-8");
  }
  const SendOptions send = MakeSend(typed);
  return SendFileOptions{.file = typed.file,
                         .format = *format,
                         .defaults = {.text = typed.default_text,
                                      .message_class = send.message_class,
                                      .ttl = send.ttl,
                                      .not_before = send.not_before,
                                      .reference = send.reference,
                                      .report = send.report,
                                      .modem = send.modem},
                         .key = typed.key,
                         .resumed = ParseUuid(typed.resume)};
}

}  // namespace

CLI::App* AddSend(CLI::App& app, Typed& typed) {
  auto* send = app.add_subcommand("send", "queue a message; prints its id");
  send->footer(kSendFooter);
  send->add_option("TO", typed.to, "the number to send to")->type_name("");
  send->add_option("TEXT", typed.text,
                   "the text, in UTF-8; -: from standard input")
      ->type_name("");
  send->add_option("--class", typed.message_class,
                   "decides what goes first, and how long it lives; "
                   "transactional without it")
      ->option_text("otp|transactional|bulk")
      ->check(CLI::IsMember(kClasses));
  send->add_option("--ttl", typed.ttl,
                   "how long it may still be sent; without it, what the "
                   "configuration says for its class")
      ->option_text("SECONDS")
      ->check(CLI::Range(std::int64_t{kShortestTtl.count()},
                         std::int64_t{kLongestTtl.count()}));
  send->add_option("--not-before", typed.not_before,
                   "when to send it at the earliest: 2026-11-23T07:16:48Z")
      ->option_text("TIME")
      ->check(Takes(
          [](const std::string& s) { return ParseRfc3339(s).has_value(); },
          "takes a time as 2026-11-23T07:16:48Z"));
  send->add_option("--reference", typed.send.reference,
                   "a name of your own for it")
      ->option_text("R")
      ->check(Takes(
          [](const std::string& s) { return s.size() <= kLongestReference; },
          fmt::format("may have {} bytes", kLongestReference)));
  auto* report = send->add_flag("--report", typed.report,
                                "ask the network whether it was delivered; "
                                "else the configuration decides");
  send->add_flag("--no-report", typed.no_report, "do not ask, whatever it says")
      ->excludes(report);
  send->add_option("--modem", typed.send.modem,
                   "the one that sends it; else the configuration's routes "
                   "decide")
      ->option_text("NAME");
  AddFileOptions(*send, typed);
  return send;
}

std::expected<Command, std::string> MakeSendCommand(const Typed& typed) {
  if (!typed.file.empty()) return MakeSendFile(typed);
  if (!typed.to) return std::unexpected("TO is required");
  if (!typed.text) return std::unexpected("TEXT is required");
  SendOptions send = MakeSend(typed);
  send.to = *typed.to;
  send.text = *typed.text;
  return send;
}

}  // namespace smsweb::ctl
