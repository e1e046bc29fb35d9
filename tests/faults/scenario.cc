#include "faults/scenario.h"

#include <fmt/format.h>

#include <charconv>
#include <fstream>
#include <utility>

namespace smsweb::faults {
namespace {

std::unexpected<Error> Wrong(std::string what) {
  return Fail(ErrorKind::kInvalid, std::move(what));
}

// Cuts at blanks that stand outside of quotes; the quotes stay.
std::vector<std::string> SplitOutsideQuotes(std::string_view text) {
  std::vector<std::string> words;
  bool quoted = false;
  bool in_word = false;
  for (const char c : text) {
    if (c == '"') quoted = !quoted;
    if (c == ' ' && !quoted) {
      in_word = false;
      continue;
    }
    if (!in_word) words.emplace_back();
    in_word = true;
    words.back() += c;
  }
  return words;
}

// "abc"*3 and "abc"; anything else is as it is.
Result<std::string> Unquote(const std::string& word) {
  if (!word.starts_with('"')) return word;
  const auto end = word.rfind('"');
  if (end == 0) return Wrong("a quote is left open: " + word);
  const std::string text = word.substr(1, end - 1);
  if (end + 1 == word.size()) return text;
  int count = 0;
  const char* const last = word.data() + word.size();
  const auto [stop, error] =
      std::from_chars(word.data() + end + 2, last, count);
  if (word[end + 1] != '*' || error != std::errc() || stop != last) {
    return Wrong("behind a quote there may be *N: " + word);
  }
  std::string repeated;
  for (int i = 0; i < count; ++i) repeated += text;
  return repeated;
}

class Reader {
 public:
  explicit Reader(Scenario& scenario) : scenario_(scenario) {}

  Result<void> Read(const std::string& line) {
    ++number_;
    scenario_.script += '\n';  // so that its lines are ours
    const auto words = SplitOutsideQuotes(line);
    if (words.empty() || words[0].starts_with('#')) return {};
    const auto cut = line.find(words[0]) + words[0].size();
    const std::string rest =
        words.size() > 1 ? line.substr(line.find_first_not_of(' ', cut)) : "";
    if (words[0] == "sim:") return Script(rest);
    if (words[0] == "set") return Set(rest);
    if (words[0] == "modem") return Modem(words);
    if (words[0] == "profile") return Profile(words);
    if (words[0] == "send-time") return SendTime(rest);
    return AddStep(line, words);
  }

  void Finish() {
    if (scenario_.modems.empty()) AddModem("a");
    scenario_.config += modems_;
  }

 private:
  Result<void> Script(const std::string& rule) {
    scenario_.script.pop_back();
    scenario_.script += rule + '\n';
    return {};
  }

  Result<void> Set(const std::string& assignment) {
    scenario_.config += assignment + '\n';
    return {};
  }

  Result<void> Modem(const std::vector<std::string>& words) {
    if (words.size() < 2) return Wrong("modem NAME [KEY=VALUE]...");
    AddModem(words[1]);
    for (std::size_t i = 2; i < words.size(); ++i) modems_ += words[i] + '\n';
    return {};
  }

  Result<void> Profile(const std::vector<std::string>& words) {
    if (words.size() < 2) return Wrong("profile NAME [KEY=VALUE]...");
    std::string& toml = scenario_.profiles[words[1]];
    for (std::size_t i = 2; i < words.size(); ++i) toml += words[i] + '\n';
    return {};
  }

  void AddModem(const std::string& name) {
    scenario_.modems.push_back(name);
    modems_ +=
        fmt::format("[[modem]]\nname = \"{0}\"\ndevice = \"/{0}\"\n", name);
  }

  Result<void> SendTime(const std::string& text) {
    const auto time = ParseTime(text);
    if (!time) return std::unexpected(time.error());
    scenario_.send_time = *time;
    return {};
  }

  Result<void> AddStep(const std::string& source,
                       const std::vector<std::string>& words) {
    Step step{.line = number_, .source = source, .at = at_, .words = {}};
    std::size_t first = 0;
    if (words[0] == "at") {
      if (words.size() < 2) return Wrong("at TIME [STEP]");
      const auto time = ParseTime(words[1]);
      if (!time) return std::unexpected(time.error());
      if (*time < at_) return Wrong("that is before the line above");
      step.at = at_ = *time;
      first = 2;
    }
    for (std::size_t i = first; i < words.size(); ++i) {
      auto word = Unquote(words[i]);
      if (!word) return std::unexpected(word.error());
      step.words.push_back(std::move(*word));
    }
    scenario_.steps.push_back(std::move(step));
    return {};
  }

  Scenario& scenario_;
  std::string modems_;
  int number_ = 0;
  Millis at_{0};
};

}  // namespace

Result<Scenario> ReadScenario(const std::filesystem::path& path, int n) {
  std::ifstream file(path);
  if (!file) return Wrong("can't be read: " + path.string());
  Scenario scenario;
  scenario.name = path.stem();
  Reader reader(scenario);
  std::string line;
  for (int number = 1; std::getline(file, line); ++number) {
    if (const auto at = line.find("$N"); at != line.npos) {
      line.replace(at, 2, std::to_string(n));
    }
    if (auto read = reader.Read(line); !read) {
      return Wrong(fmt::format("{}:{}: {}", path.filename().string(), number,
                               read.error().message));
    }
  }
  reader.Finish();
  return scenario;
}

Result<Millis> ParseTime(const std::string& text) {
  std::int64_t number = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), number);
  const std::string_view unit(end, text.data() + text.size());
  if (error == std::errc()) {
    if (unit == "ms") return Millis(number);
    if (unit == "s") return std::chrono::seconds(number);
    if (unit == "m") return std::chrono::minutes(number);
    if (unit == "h") return std::chrono::hours(number);
    if (unit == "d") return std::chrono::days(number);
  }
  return Wrong("a time is 500ms, 10s, 5m, 2h or 3d, not \"" + text + '"');
}

}  // namespace smsweb::faults
