"""Rich text: stored once as an Atlassian document, shown as a document, as wiki text or as HTML."""
