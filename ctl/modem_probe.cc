#include "ctl/modem_probe.h"

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include "common/base/imei.h"
#include "common/line/traced_line.h"
#include "common/modem/network_values.h"
#include "ctl/probe_dialogue.h"
#include "ctl/table.h"

namespace smsweb::ctl {
namespace {

constexpr int kUsualBaud = 115200;
// Most answer at the first of these, by default or because they adapt.
constexpr std::array kBauds = {kUsualBaud, 9600,   19200,  38400,
                               57600,      230400, 460800, 921600};
constexpr Millis kConnectPatience{20'000};
// However slowly it answers.
constexpr Millis kLongest{120'000};

// A pseudo-terminal, or a link to one, and a TCP port have no speed.
bool HasSpeed(const std::string& device) {
  if (device.starts_with("tcp:")) return false;
  std::error_code error;
  const auto port = std::filesystem::canonical(device, error);
  return error || !port.string().starts_with("/dev/pts/");
}

// ---- The dialogue

struct Found {
  ProbeDialogue dialogue;
  int baud = kUsualBaud;
};

class Probe {
 public:
  Probe(const ModemProbeOptions& options, const ProbeTools& tools)
      : options_(options), tools_(tools) {}

  // What answered, or the failure of the last attempt.
  std::expected<Found, Failure> Run() {
    std::vector<int> bauds(kBauds.begin(), kBauds.end());
    if (options_.baud) bauds = {*options_.baud};
    if (!HasSpeed(options_.device)) bauds.resize(1);
    for (const int baud : bauds) {
      Found found{.baud = baud};
      if (auto asked = AskAt(baud, &found.dialogue); !asked) {
        return std::unexpected(asked.error());
      }
      if (found.dialogue.Answers()) return found;
    }
    return Fail(ExitCode::kUnavailable, "modem_silent",
                fmt::format("{}: nothing answers AT{}: is it the modem's port "
                            "for AT commands (a stick has several), and is it "
                            "switched on?",
                            options_.device,
                            bauds.size() > 1 ? " at any usual speed" : ""));
  }

 private:
  std::expected<void, Failure> AskAt(int baud, ProbeDialogue* dialogue) {
    auto opened = tools_.open(options_.device, {.baud = baud});
    if (!opened) return FailDevice(opened.error());
    auto line = std::move(*opened);
    if (options_.trace) {
      line =
          TraceLine(std::move(line), "probe", options_.device, tools_.clock,
                    [this](std::string_view text) { tools_.progress(text); });
    }
    if (auto done = Connect(*line); !done) return done;
    tools_.progress(
        HasSpeed(options_.device)
            ? fmt::format("{}: asking at {} baud", options_.device, baud)
            : fmt::format("{}: asking", options_.device));
    return Talk(*line, dialogue);
  }

  std::expected<void, Failure> Connect(Line& line) {
    const MonoTime limit = tools_.clock.Mono() + kConnectPatience;
    while (line.Connecting()) {
      const auto left = limit - tools_.clock.Mono();
      if (left <= Millis(0)) {
        return Fail(ExitCode::kUnavailable, "device_unavailable",
                    options_.device + ": no connection within 20 s");
      }
      tools_.wait(line.fd(), POLLOUT, std::chrono::ceil<Millis>(left));
      if (const auto asked = line.Write({}); !asked) {
        return FailDevice(asked.error());
      }
    }
    return {};
  }

  std::expected<void, Failure> Talk(Line& line, ProbeDialogue* dialogue) {
    const MonoTime limit = tools_.clock.Mono() + kLongest;
    std::string unwritten;
    dialogue->Start(tools_.clock.Mono());
    while (!dialogue->Done() && tools_.clock.Mono() < limit) {
      unwritten += dialogue->TakeOutput();
      const auto wrote = line.Write(unwritten);
      if (!wrote) return FailDevice(wrote.error());
      unwritten.erase(0, *wrote);
      const auto left =
          dialogue->Deadline().value_or(limit) - tools_.clock.Mono();
      tools_.wait(
          line.fd(),
          static_cast<short>(POLLIN | (unwritten.empty() ? 0 : POLLOUT)),
          std::max(std::chrono::ceil<Millis>(left), Millis(0)));
      if (auto read = ReadAll(line, dialogue); !read) return read;
      dialogue->DeadlineReached(tools_.clock.Mono());
    }
    return {};
  }

  std::expected<void, Failure> ReadAll(Line& line, ProbeDialogue* dialogue) {
    std::array<char, 4096> buffer;
    for (int i = 0; i < 16; ++i) {
      const auto got = line.Read(buffer);
      if (!got) return FailDevice(got.error());
      if (*got == 0) break;
      dialogue->BytesReceived({buffer.data(), *got}, tools_.clock.Mono());
    }
    return {};
  }

  static std::unexpected<Failure> FailDevice(const Error& error) {
    const bool wrong = error.kind == ErrorKind::kInvalid;
    return Fail(wrong ? ExitCode::kUsage : ExitCode::kUnavailable,
                wrong ? "not_a_port" : "device_unavailable", error.message);
  }

  const ModemProbeOptions& options_;
  const ProbeTools& tools_;
};

// ---- What it means

std::string Unquoted(std::string text) {
  std::erase(text, '"');
  return text;
}

// What was answered; nothing where the question was refused.
std::string Said(const ProbeDialogue& dialogue, Question question) {
  const ProbeAnswer& answer = dialogue.at(question);
  return answer.ok ? answer.text : "";
}

// The parameter at `index` of an answer.
std::string Parameter(const ProbeAnswer& answer, int index) {
  std::string_view rest = answer.text;
  for (; index > 0; --index) {
    const auto comma = rest.find(',');
    if (comma == std::string_view::npos) return "";
    rest.remove_prefix(comma + 1);
  }
  return Unquoted(std::string(rest.substr(0, rest.find(','))));
}

bool IsCme(const ProbeAnswer& answer, int code) {
  return answer.error == AtFinal::kCmeError && answer.code == code;
}

std::string SimText(const ProbeAnswer& sim) {
  if (!sim.ok) return IsCme(sim, kCmeSimNotInserted) ? "not there" : sim.text;
  if (sim.text == "READY") return "ready";
  if (sim.text == "SIM PIN") return "wants its PIN (modem.pin)";
  if (sim.text == "SIM PUK") return "locked: wants its PUK";
  return sim.text;
}

// The number at `index` of an answer; none where the question was refused.
std::optional<int> Number(const ProbeAnswer& answer, int index) {
  const std::string digits = Parameter(answer, index);
  int number = 0;
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (!answer.ok || error != std::errc() ||
      end != digits.data() + digits.size())
    return {};
  return number;
}

// By +CREG and +CEREG; on LTE alone, a modem may tell by the second only.
std::string RegistrationText(const ProbeAnswer& creg,
                             const ProbeAnswer& cereg) {
  if (!creg.ok && !cereg.ok) return creg.text;
  const auto stat = [](const ProbeAnswer& answer) {
    return ReadRegistration(Number(answer, 1).value_or(-1));
  };
  switch (std::max(stat(creg), stat(cereg))) {
    case Registration::kHome:
      return "home";
    case Registration::kRoaming:
      return "roaming (modem.roaming)";
    case Registration::kDenied:
      return "denied";
    case Registration::kSearching:
      return "none, looking for one";
    case Registration::kEmergencyOnly:
      return "emergency calls only";
    case Registration::kNotSearching:
      return "none, and not looked for";
    case Registration::kUnknown:
      break;
  }
  return "not known";
}

std::string SignalText(const ProbeAnswer& answer) {
  if (!answer.ok) return answer.text;
  const int dbm = SignalDbm(Number(answer, 0).value_or(-1));
  return dbm == 0 ? "not known" : fmt::format("{} dBm", dbm);
}

// PDU mode is <mode> 0 (27.005 § 3.2.3).
bool HasPduMode(const ProbeAnswer& answer) {
  return answer.ok && answer.text.find('0') != std::string::npos;
}

bool WantsPinFirst(const ProbeAnswer& answer) {
  return IsCme(answer, kCmeSimPinRequired) ||
         (answer.error == AtFinal::kCmsError &&
          answer.code == kCmsSimPinRequired);
}

std::string YesOrNo(const ProbeAnswer& answer) {
  if (!answer.ok && WantsPinFirst(answer)) return "not before the PIN is given";
  if (!answer.ok) return fmt::format("no: {}", answer.text);
  return answer.text.empty() ? "yes" : fmt::format("yes: {}", answer.text);
}

struct Modem {
  std::string device;  // by its lasting name, where it has one
  std::string imei;
  std::string profile;
  bool fits = false;  // the profile is not just the generic one
};

Modem Identify(const ModemProbeOptions& options, const ProbeTools& tools,
               const ProbeDialogue& dialogue) {
  using enum Question;
  const ModemProfile& profile =
      ChooseProfile(tools.profiles, "", Said(dialogue, kManufacturer),
                    Said(dialogue, kModel));
  std::string device = tools.by_id(options.device);
  if (device.empty()) device = options.device;
  return {.device = std::move(device),
          .imei = WithCheckDigit(Said(dialogue, kImei)),
          .profile = profile.name,
          .fits = profile.name != GenericProfile().name};
}

// "EC25" -> "ec25-1"
std::string NameFor(const std::string& model) {
  std::string name;
  for (const char c : model) {
    const auto octet = static_cast<unsigned char>(c);
    if (std::isalnum(octet) != 0) {
      name += static_cast<char>(std::tolower(octet));
    } else if (!name.empty() && name.back() != '-') {
      name += '-';
    }
  }
  while (name.ends_with('-')) name.pop_back();
  return (name.empty() ? "modem" : name.substr(0, 20)) + "-1";
}

std::string ConfigTable(const Modem& modem, const Found& found) {
  std::string text = fmt::format(
      "[[modem]]\nname = \"{}\"\ndevice = \"{}\"\n",
      NameFor(Said(found.dialogue, Question::kModel)), modem.device);
  if (HasSpeed(modem.device) && found.baud != kUsualBaud) {
    text += fmt::format("baud = {}\n", found.baud);
  }
  if (!modem.imei.empty()) text += fmt::format("imei = \"{}\"\n", modem.imei);
  if (modem.fits) text += fmt::format("profile = \"{}\"\n", modem.profile);
  return text;
}

using Rows = std::vector<std::pair<std::string, std::string>>;

Rows RowsOf(const ProbeDialogue& dialogue, const Modem& modem) {
  using enum Question;
  const auto text = [&](Question question) {
    return dialogue.at(question).text;
  };
  const auto& network = dialogue.at(kOperator);
  return {
      {"manufacturer", text(kManufacturer)},
      {"model", text(kModel)},
      {"revision", text(kRevision)},
      {"imei", text(kImei)},
      {"profile",
       modem.fits ? modem.profile : modem.profile + " (no other fits)"},
      {"SIM", SimText(dialogue.at(kSim))},
      {"registration", RegistrationText(dialogue.at(kRegistration),
                                        dialogue.at(kLteRegistration))},
      {"network", network.ok ? Parameter(network, 2) : network.text},
      {"signal", SignalText(dialogue.at(kSignal))},
      {"SMSC", Unquoted(text(kSmsc).substr(0, text(kSmsc).find(',')))},
      {"PDU mode (CMGF)", HasPduMode(dialogue.at(kPduMode))
                              ? "yes"
                              : "no: smsweb can't send through it"},
      {"services (CSMS)", YesOrNo(dialogue.at(kServices))},
      {"indications (CNMI)", YesOrNo(dialogue.at(kIndications))},
      {"storages (CPMS)", YesOrNo(dialogue.at(kStorages))},
      {"link kept (CMMS)", YesOrNo(dialogue.at(kLinkKept))},
      {"USSD (CUSD)", YesOrNo(dialogue.at(kUssd))},
  };
}

Json JsonOf(const ModemProbeOptions& options, const Found& found,
            const Modem& modem, const std::string& table) {
  using enum Question;
  const auto& dialogue = found.dialogue;
  Json json = {{"device", options.device},
               {"lasting_device", modem.device},
               {"baud", HasSpeed(options.device) ? Json(found.baud) : Json()},
               {"imei", modem.imei},
               {"profile", modem.profile},
               {"sends", HasPduMode(dialogue.at(kPduMode))}};
  static const std::vector<std::pair<const char*, Question>> kNames = {
      {"manufacturer", kManufacturer},
      {"model", kModel},
      {"revision", kRevision},
      {"imei", kImei},
      {"sim", kSim},
      {"registration", kRegistration},
      {"lte_registration", kLteRegistration},
      {"network", kOperator},
      {"signal", kSignal},
      {"smsc", kSmsc},
      {"cmgf", kPduMode},
      {"csms", kServices},
      {"cnmi", kIndications},
      {"cpms", kStorages},
      {"cmms", kLinkKept},
      {"cusd", kUssd}};
  for (const auto& [name, question] : kNames) {
    const ProbeAnswer& answer = dialogue.at(question);
    json["answers"][name] = {{"ok", answer.ok}, {"text", answer.text}};
  }
  json["configuration"] = table;
  return json;
}

Report ReportOf(const ModemProbeOptions& options, const ProbeTools& tools,
                const Found& found) {
  const Modem modem = Identify(options, tools, found.dialogue);
  const std::string table = ConfigTable(modem, found);
  Report report{.json = JsonOf(options, found, modem, table)};
  for (const auto& [name, text] : RowsOf(found.dialogue, modem)) {
    report.text +=
        fmt::format("{:<20}{}\n", name, text.empty() ? "-" : Printable(text));
  }
  report.text += "\nFor the configuration:\n\n" + table;
  if (modem.device == options.device && HasSpeed(options.device) &&
      modem.imei.empty()) {
    report.note =
        "the port's name may change when it is plugged in again, and the modem "
        "tells no IMEI by which to find it";
  }
  return report;
}

Report ListPorts(const ProbeTools& tools) {
  Report report{.json = {{"items", Json::array()}}};
  Table table({{.title = "PORT"},
               {.title = "LASTING NAME"},
               {.title = "DESCRIPTION", .importance = 1, .least = 16}});
  const auto ports = tools.list();
  for (const PortEntry& port : ports) {
    table.Add({port.path, port.by_id, port.description});
    report.json["items"].push_back({{"port", port.path},
                                    {"by_id", port.by_id},
                                    {"description", port.description}});
  }
  report.text = ports.empty()
                    ? "There is no serial port on USB (ttyUSB*, ttyACM*).\n"
                    : table.Render(0) + "\nAsk one: smsweb modem probe PORT\n";
  return report;
}

}  // namespace

Outcome ProbeModem(const ModemProbeOptions& options, const ProbeTools& tools) {
  if (options.device.empty()) return ListPorts(tools);
  const auto found = Probe(options, tools).Run();
  if (!found) return std::unexpected(found.error());
  return ReportOf(options, tools, *found);
}

}  // namespace smsweb::ctl
