#include "sim/options.h"

#include <cstdint>
#include <iostream>
#include <utility>

#include "common/base/command_line.h"
#include "common/base/duration.h"
#include "common/base/version.h"

namespace smsweb::sim {
namespace {

constexpr const char* kDescription =
    "Simulated GSM modems, with a simulated network behind them.\n\n"
    "Each modem is a pseudo-terminal (or a TCP port) that speaks AT commands\n"
    "as 3GPP TS 27.005 and TS 27.007 have them. What it \"sends over the "
    "air\"\n"
    "becomes lines of JSON: one for each part, one for each whole message.\n";

constexpr const char* kExamples =
    "Examples:\n"
    "  smsweb-sim --link run/modem --log run/phone.jsonl\n"
    "      one modem; use run/modem as the device\n"
    "  smsweb-sim --modems 64 --link 'run/modem%d' --send-time 3s\n"
    "      sixty-four that take three seconds a message\n"
    "  smsweb-sim --tcp 127.0.0.1:0 --pin 1234\n"
    "      behind TCP, at a free port that it prints, with a locked SIM\n"
    "  smsweb-sim --outcome '+628111=cms:38' --outcome '*=silent,after=9'\n"
    "      one number is refused; the tenth message is never answered\n"
    "  smsweb-sim --link run/modem --rule 'on AT+CSQ #3: hang until ATZ'\n"
    "      stops when it is asked for its signal for the third time\n"
    "  smsweb-sim --link run/modem --control run/control &\n"
    "  smsweb-sim --tell run/control 'inbound from +6281 text \"hello\"'\n"
    "      a message for the modem\n\n"
    "docs/simulator.md describes scripts and records. It says\n"
    "\"smsweb-sim: ready\" on standard error, and ends on SIGTERM or SIGINT."
    "\n";

struct Raw {
  std::string send_time = "0";
  std::string report_delay = "0";
  std::vector<std::string> outcomes;
  std::string pin;
  bool no_sim = false;
  bool unregistered = false;
};

void Declare(CLI::App& app, Options& options, Raw& raw) {
  app.add_option("--modems", options.modems, "How many")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  app.add_option("--link", options.link,
                 "Make this symbolic link to the pseudo-terminal; %d in it is "
                 "the modem's number")
      ->type_name("PATH");
  app.add_option("--tcp", options.tcp,
                 "Listen here instead; the next modem at the next port; port 0 "
                 "takes free ones")
      ->type_name("HOST:PORT")
      ->excludes("--link");
  app.add_option("--name", options.name, "The modem's name in the records")
      ->capture_default_str();
  app.add_option("--log", options.log,
                 "Append the records to this file; - is standard output")
      ->type_name("FILE")
      ->capture_default_str();
  app.add_option("--wire", options.wire,
                 "Append a readable trace of both sides to this file")
      ->type_name("FILE");
  app.add_option("--send-time", raw.send_time,
                 "How long a message takes: 3s, 2500ms")
      ->capture_default_str();
  app.add_option("--report-delay", raw.report_delay,
                 "How long a status report takes")
      ->capture_default_str();
  app.add_option("--script", options.script, "Do what this script says")
      ->type_name("FILE");
  app.add_option("--rule", options.rules,
                 "One more line of script. May be repeated")
      ->type_name("RULE")
      ->take_all();
  app.add_option("--control", options.control,
                 "Take more script by this unix datagram socket")
      ->type_name("PATH");
  app.add_option("--tell", options.tell,
                 "Send a line of script to the simulator with this control "
                 "socket, and end")
      ->type_name("PATH RULE")
      ->expected(2);
  app.add_option("--pin", raw.pin, "The SIM asks for this PIN")
      ->type_name("DIGITS");
  app.add_option("--smsc", options.modem.smsc, "SMSC stored on the SIM")
      ->capture_default_str();
  app.add_flag("--no-sim", raw.no_sim, "There is no SIM");
  app.add_flag("--unregistered", raw.unregistered, "There is no network");
  app.add_option("--outcome", raw.outcomes,
                 "What happens to messages for RECIPIENT (* is any): cms:CODE, "
                 "silent, lost-answer; no-prompt with *. ,after=N lets N pass "
                 "first; ,times=N ends it. May be repeated; the first that "
                 "fits decides")
      ->type_name("RECIPIENT=OUTCOME")
      ->take_all();
}

Result<void> Finish(const Raw& raw, Options& options) {
  const auto send_time = ParseDuration(raw.send_time);
  if (!send_time) return std::unexpected(send_time.error());
  options.send_time = *send_time;
  const auto report_delay = ParseDuration(raw.report_delay);
  if (!report_delay) return std::unexpected(report_delay.error());
  options.report_delay = *report_delay;
  for (const std::string& text : raw.outcomes) {
    auto rule = ParseOutcomeRule(text);
    if (!rule) return std::unexpected(rule.error());
    options.outcomes.push_back(std::move(*rule));
  }
  if (!raw.pin.empty()) options.modem.pin = raw.pin;
  options.modem.sim_present = !raw.no_sim;
  options.modem.registered = !raw.unregistered;
  for (const std::string* pattern : {&options.link, &options.name}) {
    if (options.modems > 1 && !pattern->empty() &&
        pattern->find("%d") == std::string::npos) {
      return Fail(ErrorKind::kInvalid,
                  "\"" + *pattern + "\" needs %d, for several modems");
    }
  }
  return {};
}

}  // namespace

std::expected<Options, int> ParseOptions(int argc, char** argv) {
  CLI::App app(kDescription, "smsweb-sim");
  app.footer(kExamples);
  app.set_version_flag("--version", std::string("smsweb-sim ") + kVersion);
  Options options;
  Raw raw;
  Declare(app, options, raw);
  if (const auto exit_code = ParseCommandLine(app, argc, argv)) {
    return std::unexpected(*exit_code);
  }
  if (const auto finished = Finish(raw, options); !finished) {
    std::cerr << "smsweb-sim: " << finished.error().message << '\n';
    return std::unexpected(kExitWrongUsage);
  }
  return options;
}

std::string Numbered(std::string_view pattern, int number) {
  std::string text(pattern);
  const auto place = text.find("%d");
  if (place != std::string::npos) {
    text.replace(place, 2, std::to_string(number));
  }
  return text;
}

}  // namespace smsweb::sim
