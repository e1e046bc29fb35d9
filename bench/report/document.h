// What a report says, without how it looks: written once, by the sections, and
// turned into HTML and into Markdown by two small back ends (html.h,
// markdown.h). Texts are plain: the back ends escape them.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "bench/report/chart.h"

namespace smsweb::bench {

// A piece of a line.
struct Span {
  enum class Kind : std::uint8_t { kPlain, kStrong, kCode, kFile };
  Kind kind = Kind::kPlain;
  std::string text;
  std::string target = {};  // kFile: its path beside the report
};

// A line or a paragraph: "..." + CodeText("...") + StrongText("...").
class Text {
 public:
  Text() = default;
  Text(const char* plain) : Text(std::string(plain)) {}
  Text(std::string plain) {
    if (!plain.empty()) spans_.push_back({Span::Kind::kPlain, plain});
  }
  explicit Text(Span span) : spans_{std::move(span)} {}

  Text& operator+=(const Text& more) {
    spans_.insert(spans_.end(), more.spans_.begin(), more.spans_.end());
    return *this;
  }
  friend Text operator+(Text first, const Text& second) {
    return first += second;
  }
  const std::vector<Span>& spans() const { return spans_; }
  bool empty() const { return spans_.empty(); }

 private:
  std::vector<Span> spans_;
};

inline Text StrongText(std::string text) {
  return Text(Span{Span::Kind::kStrong, std::move(text)});
}
inline Text CodeText(std::string text) {
  return text.empty() ? Text() : Text(Span{Span::Kind::kCode, std::move(text)});
}
// A link to a file beside the report.
inline Text FileLink(std::string text, std::string path) {
  return Text(Span{Span::Kind::kFile, std::move(text), std::move(path)});
}

struct Heading {
  int level = 2;  // 2: a section
  std::string text;
  std::string anchor = {};  // given by Document::Add
};

struct Paragraph {
  Text text;
};

// A verdict that must not be overlooked.
struct Note {
  enum class Kind : std::uint8_t { kGood, kWarning };
  Kind kind = Kind::kGood;
  Text text;
};

struct List {
  std::vector<Text> items;
};

struct Table {
  struct Column {
    std::string title;
    bool figures = false;  // aligned to the right
  };
  struct Row {
    enum class Look : std::uint8_t { kPlain, kMuted, kMarked };
    std::vector<Text> cells;
    Look look = Look::kPlain;
  };
  std::vector<Column> columns;
  std::vector<Row> rows = {};
};

struct Picture {
  Chart chart;
  Text caption = {};
};

// Figures side by side, where there is room.
struct Gallery {
  std::vector<Picture> figures;
};

struct Code {
  std::string text;
};

// Questions and their answers.
struct Answers {
  struct Answer {
    std::string question;
    Text answer;
  };
  std::vector<Answer> answers;
};

struct Block;

// What one opens to see.
struct Fold {
  std::string title;
  std::vector<Block> blocks;
  bool open = false;
};

struct Block : std::variant<Heading, Paragraph, Note, List, Table, Picture,
                            Gallery, Code, Answers, Fold> {
  using variant::variant;
};

class Document {
 public:
  explicit Document(std::string title) : title_(std::move(title)) {}

  // Headings get an anchor and charts a name that no other has.
  void Add(Block block);

  const std::string& title() const { return title_; }
  const std::vector<Block>& blocks() const { return blocks_; }
  // All of them, in their order.
  std::vector<const Chart*> Charts() const;

 private:
  void Name(Block& block);
  void Name(Picture& figure);
  std::string Unused(const std::string& wanted);

  std::string title_;
  std::vector<Block> blocks_;
  std::vector<std::string> used_;
};

}  // namespace smsweb::bench
