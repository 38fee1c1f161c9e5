mod escaping;
mod forms;
mod pages;
mod samples;
mod showing;
